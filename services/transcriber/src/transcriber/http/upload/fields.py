"""Which fields a request may have: ours, those of other services that have no effect here, and no others.

A field that is misspelt would be answered with something else than was asked for, so it is refused.
"""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from transcriber.errors import BadOption

INDEX = re.compile(r"\[\d*\]$")  # lists come as name, name[] or name[0]
# Fields that clients of OpenAI, vLLM, speaches, whisper.cpp and whisper-asr-webservice send: how to decode is decided
# by the service's guards and settings, voice activity is always found, and logprobs come as avg_logprob of segments.
NO_EFFECT = frozenset(
    (
        "api-version",
        "beam_size",
        "best_of",
        "chunking_strategy",
        "compression_ratio_threshold",
        "delay",
        "encode",
        "entropy_thold",
        "frequency_penalty",
        "include",
        "length_penalty",
        "log_prob_threshold",
        "logprob_thold",
        "logprobs",
        "max_completion_tokens",
        "max_new_tokens",
        "metadata",
        "min_p",
        "n",
        "no_speech_thold",
        "no_speech_threshold",
        "no_timestamps",
        "patience",
        "presence_penalty",
        "repetition_penalty",
        "seed",
        "stream_continuous_usage_stats",
        "stream_include_usage",
        "stream_options",
        "suppress_tokens",
        "temperature",
        "temperature_inc",
        "top_k",
        "top_p",
        "use_beam_search",
        "user",
        "vad",
        "vad_filter",
        "vad_parameters",
        "without_timestamps",
    )
)
NOT_HERE = {
    "diarize": "speakers are not told apart",
    "known_speaker_names": "speakers are not told apart",
    "known_speaker_references": "speakers are not told apart",
    "to_language": "translations are into English: POST them to /v1/audio/translations, or send task=translate",
    "url": "send the file itself, as the field named file",
}
OFF = ("", "0", "false", "no", "off")
CALLED = {"initial_prompt": "prompt", "lang": "language", "output": "format", "output_format": "format"}
CALLED_HERE = {"format": "response_format", "response_format": "format", "stream": "format=ndjson"}


class Asked:
    """The fields of a request, each with all values that were sent for it."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self.fields = fields

    def value(self, *names: str) -> str | None:
        """The first value of the first of these fields that was sent."""
        return next((self.fields[name][0] for name in names if name in self.fields), None)


def listed(fields: Mapping[str, Sequence[str]], name: str) -> list[str]:
    """All values of a list, however its name is written: `name`, `name[]` or `name[0]`, `name[1]`, …"""
    return [value for key, values in fields.items() if base_of(key) == name for value in values]


def base_of(name: str) -> str:
    """A field's name without the brackets of a list."""
    return INDEX.sub("", name)


def without_effect(fields: Mapping[str, Sequence[str]], known: Sequence[str], *, lenient: bool = False) -> list[str]:
    """Those of the fields sent that change nothing here; with `lenient` unknown ones too, as some services take them.

    Raises BadOption for one that is unknown, or asks for what cannot be had.
    """
    ignored = list[str]()
    for key, values in fields.items():
        name = base_of(key)
        if name in known:
            continue
        if name in NOT_HERE:
            if any(value.lower() not in OFF for value in values):
                raise BadOption(f"{name} is not supported: {NOT_HERE[name]}")
        elif name not in NO_EFFECT and not lenient:
            raise BadOption(f"field {name[:40]!r} is unknown: {_advice(name, known)}")
        ignored.append(name)
    return sorted(set(ignored))


def _advice(name: str, known: Sequence[str]) -> str:
    for near in get_close_matches(name, (*known, *CALLED, *CALLED_HERE), n=1):
        meant = near if near in known else CALLED.get(near, near)
        meant = meant if meant in known else CALLED_HERE.get(meant, meant)
        if meant.partition("=")[0] in known:
            return f"did you mean {meant!r}?"
    return f"there are {', '.join(sorted(known))}"
