"""What a request to OpenAI's audio routes asks for, in OpenAI's words."""

from dataclasses import dataclass
from typing import get_args

from transcriber import errors
from transcriber.http.formats import OF_CUES, ResponseFormat
from transcriber.http.upload import options
from transcriber.http.upload.fields import listed
from transcriber.http.upload.uploads import Upload
from transcriber.schemas import MAX_PROMPT, CueLayout, Options, Task

GRANULARITIES = ("segment", "word")
THEIRS = ("model", "response_format", "temperature", "timestamp_granularities", "stream", "keywords")
OURS = (*(name for name in options.NAMES if name not in ("task", "word_timestamps")), *options.LAYOUT)
FIELDS = (*THEIRS, *OURS)


@dataclass(frozen=True)
class OpenAIRequest:
    """`granularities` are of "segment" and "word"; they show in `verbose_json` only, `layout` in srt and vtt."""

    task: Task
    response_format: ResponseFormat
    stream: bool
    granularities: tuple[str, ...]
    layout: CueLayout

    @property
    def shows_times(self) -> bool:
        """Whether the answer has times in it."""
        return self.stream or self.response_format not in ("json", "text")


def parse(upload: Upload, task: Task) -> OpenAIRequest:
    """What the fields say; raises BadOption."""
    sent = listed(upload.fields, "timestamp_granularities")
    if unknown := next((value for value in sent if value not in GRANULARITIES), None):
        raise errors.BadOption(f"timestamp_granularities[] {unknown[:40]!r} is unknown: use segment or word")
    wanted = upload.value("response_format") or "json"
    response_format = options.choice("response_format", wanted, get_args(ResponseFormat))
    stream = options.flag("stream", upload.value("stream") or "false")
    return OpenAIRequest(task, response_format, stream, tuple(sent) or ("segment",), options.cue_layout(upload))


def engine_options(upload: Upload, asked: OpenAIRequest) -> Options:
    """What the engine is told; raises BadOption.

    Temperature is checked and left to the guards, as OpenAI does at 0; of a long prompt the end counts.
    """
    check_temperature(upload.value("temperature") or "0")
    prompt = options.end_of_prompt(upload)
    hotwords = upload.value("hotwords") or ", ".join(listed(upload.fields, "keywords"))[:MAX_PROMPT]
    words = "word" in asked.granularities or asked.response_format in OF_CUES
    return options.options(
        upload, task=asked.task, word_timestamps=words, prompt=prompt, hotwords=hotwords, times=asked.shows_times
    )


def check_temperature(value: str) -> None:
    """Raises BadOption unless it is a number from 0 to 1."""
    try:
        fits = 0 <= float(value) <= 1
    except ValueError:
        fits = False
    if not fits:
        raise errors.BadOption(f"temperature {value[:40]!r} is not a number from 0 to 1")
