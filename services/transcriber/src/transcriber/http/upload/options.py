"""Form fields and query parameters become `Options` and a format; a wrong value is named."""

import re
from collections.abc import Sequence
from typing import Any, TypeVar, get_args

from pydantic import ValidationError

from transcriber.errors import BadOption
from transcriber.http.upload.fields import Asked, listed
from transcriber.http.upload.languages import code_of
from transcriber.schemas import MAX_PROMPT, CueLayout, Format, Options, Record

FOR_ROUTES = ("times", "start_s", "length_s")
NAMES = tuple(name for name in Options.model_fields if name not in FOR_ROUTES)  # what a client may send
LAYOUT = tuple(CueLayout.model_fields)
FLAGS = ("word_timestamps", "detect_language_per_window", "condition_on_previous_text", "token_timestamps")
T = TypeVar("T", bound=Record)
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def options(upload: Asked, **fixed: object) -> Options:
    """How the upload is to be transcribed; `fixed` are fields that the route decides. Raises BadOption."""
    fields: dict[str, Any] = {name: value for name in NAMES if (value := upload.value(name)) is not None}
    fields.update({name: flag(name, fields[name]) for name in FLAGS if name in fields})
    if asked := asked_language(fields.pop("language", "")):
        fields["language"] = asked
    fields.pop("languages", None)
    if among := tuple(code for each in listed(upload.fields, "languages") if (code := asked_language(each))):
        fields["languages"] = tuple(dict.fromkeys(among))
    return _checked(Options, {**fields, **fixed})


def seconds(upload: Asked, *names: str) -> float | None:
    """The first of these fields that was sent, in seconds; None where none was. Raises BadOption."""
    value = upload.value(*names) or ""
    if value and not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", value):
        raise BadOption(f"field {names[0]}: send a number of seconds, not {value[:40]!r}")
    return float(value) if value else None


def cue_layout(upload: Asked) -> CueLayout:
    """How subtitles are to be cut; fields that are empty count as not sent. Raises BadOption."""
    fields: dict[str, Any] = {name: value for name in LAYOUT if (value := upload.value(name))}
    if "highlight_words" in fields:
        fields["highlight_words"] = flag("highlight_words", fields["highlight_words"])
    return _checked(CueLayout, fields)


def end_of_prompt(upload: Asked, field: str = "prompt") -> str:
    """The prompt as other services take it: one that is too long counts by its end, which Whisper reads."""
    return (upload.value(field) or "")[-MAX_PROMPT:]


def asked_language(asked: str) -> str | None:
    """Whisper's code for the language asked for; None where it is to be detected. Raises BadOption."""
    if asked.strip().lower() in ("", "auto"):
        return None
    if code := code_of(asked):
        return code
    raise BadOption(
        f"language {asked.strip()[:20]!r} is unknown: use a code such as en, a tag such as en-GB, an English name, or "
        "auto, which detects it"
    )


def output_format(upload: Asked) -> Format:
    """The format asked for; json where none is. Raises BadOption."""
    return choice("format", upload.value("format") or "json", get_args(Format))


def choice(name: str, value: str, known: Sequence[Any]) -> Any:
    """`value` as the one of `known` that it is; raises BadOption, which lists them."""
    for each in known:
        if value == each:
            return each
    raise BadOption(f"{name} {value[:40]!r} is unknown: use one of {', '.join(known)}")


def flag(name: str, value: str) -> bool:
    """A yes or no; raises BadOption."""
    if value.lower() in TRUE | FALSE:
        return value.lower() in TRUE
    raise BadOption(f"field {name}: use true or false, not {value[:40]!r}")


def _checked(kind: type[T], fields: dict[str, Any]) -> T:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadOption(f"field {first['loc'][0]}: {first['msg'].lower()}") from None
