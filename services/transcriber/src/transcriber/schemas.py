"""What a request asks for and what an answer holds. Pure: no I/O, no model, no HTTP."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Task = Literal["transcribe", "translate"]
Priority = Literal["interactive", "bulk"]
JobState = Literal["waiting", "running", "done", "failed"]
Format = Literal["json", "text", "srt", "vtt", "tsv", "ndjson"]
MAX_PROMPT = 2000  # characters, more than the 223 tokens that Whisper reads


class Record(BaseModel):
    """A value: never changed once made, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Options(Record):
    """How one file is to be transcribed.

    `language` is a Whisper code such as "en"; None detects it from the first window, as one of `languages` if any.
    `prompt` and `hotwords` are at most 2,000 characters each: Whisper reads 223 tokens of them.
    `condition_on_previous_text` shows each window the text before it: steadier names, but windows go one by one.
    `token_timestamps` lets the model say the times itself instead of finding them in its attention: slower on a GPU.
    Without `times` they are guessed, for answers that show none: finding them takes an eighth of the processor time.
    Only the file's `length_s` seconds from `start_s` on are heard; the answer's times begin there.
    """

    language: str | None = None
    languages: tuple[str, ...] = ()
    task: Task = "transcribe"
    prompt: str = Field(default="", max_length=MAX_PROMPT)
    hotwords: str = Field(default="", max_length=MAX_PROMPT)
    word_timestamps: bool = False
    detect_language_per_window: bool = False
    condition_on_previous_text: bool = False
    token_timestamps: bool = False
    times: bool = True
    start_s: float = Field(default=0.0, ge=0)
    length_s: float | None = Field(default=None, gt=0)
    priority: Priority = "interactive"


class Word(Record):
    """One word; `start` and `end` in seconds of the file, `probability` 0 to 1."""

    start: float
    end: float
    word: str
    probability: float


class Segment(Record):
    """About one sentence. Times in seconds of the file; the figures are those of the window it came from.

    `avg_logprob` is the mean log-probability of its tokens, `compression_ratio` the zlib ratio of its text,
    `no_speech_prob` the probability (0 to 1) that there was no speech, `temperature` the
    one of the attempt kept. `language` is there where each window's was detected.
    """

    id: int
    start: float
    end: float
    text: str
    language: str | None = Field(default=None, exclude_if=lambda language: language is None)
    words: tuple[Word, ...] | None = Field(default=None, exclude_if=lambda words: words is None)
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: float
    temperature: float


class CueLayout(Record):
    """How subtitles are cut, with the names and the meaning that they have in openai-whisper's writer.

    `max_line_width` is in characters, `max_line_count` in lines a cue (it needs the width), `max_words_per_line` in
    words a cue. Any of them replaces the rules of `text.cues` by that writer's; `highlight_words` goes with both.
    """

    max_line_width: int | None = Field(default=None, ge=1, le=1000)
    max_line_count: int | None = Field(default=None, ge=1, le=100)
    max_words_per_line: int | None = Field(default=None, ge=1, le=1000)
    highlight_words: bool = False


class Highlight(Record):
    """The word that is being said: characters `start` to `end` of the cue's line number `line`, from 0."""

    line: int
    start: int
    end: int


class Cue(Record):
    """One subtitle: `lines` of plain text, shown from `start` to `end` (seconds of the file)."""

    start: float
    end: float
    lines: tuple[str, ...]
    highlight: Highlight | None = Field(default=None, exclude_if=lambda highlight: highlight is None)


class Coverage(Record):
    """How much of the speech found became text, in seconds; `gaps` and `low_confidence` are (start, end).

    `skipped_packets` of the file could not be decoded: what was said there was not heard.
    """

    speech_s: float
    transcribed_s: float
    gaps: tuple[tuple[float, float], ...] = ()
    low_confidence: tuple[tuple[float, float], ...] = ()
    skipped_packets: int = 0


class Transcript(Record):
    """The whole answer to one file; `cues` where they were asked for.

    `language` is null, with probability 0, where nobody spoke. `warnings` say in words what `coverage.gaps` says in
    numbers, speech for which there is no text, and what of the file could not be read.
    """

    language: str | None
    language_probability: float
    duration_s: float
    model: str
    segments: tuple[Segment, ...]
    text: str
    coverage: Coverage
    cues: tuple[Cue, ...] | None = Field(default=None, exclude_if=lambda cues: cues is None)
    warnings: tuple[str, ...] = Field(default=(), exclude_if=lambda warnings: not warnings)


class Accepted(Record):
    """The first event of a stream: the file is queued; `eta_s` predicts the seconds until it is done."""

    event: Literal["accepted"] = "accepted"
    request_id: str
    eta_s: float


class Info(Record):
    """Language and model are known. `duration_s` is what the container claims, None where it claims nothing."""

    event: Literal["info"] = "info"
    language: str | None
    language_probability: float
    duration_s: float | None
    model: str


class SegmentEvent(Record):
    """One more segment, in order."""

    event: Literal["segment"] = "segment"
    segment: Segment


class Progress(Record):
    """Everything before `transcribed_s` (seconds of the file) is done."""

    event: Literal["progress"] = "progress"
    transcribed_s: float
    duration_s: float | None


class Done(Record):
    """The last event of a good stream, with the whole transcript once more."""

    event: Literal["done"] = "done"
    transcript: Transcript


class Problem(Record):
    """An error as RFC 9457 describes it (application/problem+json)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str


class Failed(Record):
    """The last event of a stream that went wrong after it began."""

    event: Literal["error"] = "error"
    problem: Problem


Event = Accepted | Info | SegmentEvent | Progress | Done | Failed
EngineEvent = Info | SegmentEvent | Progress | Done


class JobView(Record):
    """How far a job is. Times are UTC, figures in seconds; of the file `transcribed_s` are done.

    `eta_s` predicts the seconds until it is done and `ahead` counts the files that came before it and are under way:
    both null once it has ended. `result` is there when it is done, `problem` when it failed.
    """

    id: str
    state: JobState
    created_at: datetime
    ended_at: datetime | None
    transcribed_s: float
    duration_s: float | None
    language: str | None
    eta_s: float | None
    ahead: int | None
    problem: Problem | None = None
    result: Transcript | None = None


class WebhookEvent(Record):
    """What a webhook is sent, without the result: that is fetched with the API key."""

    type: Literal["job.done", "job.failed"]
    timestamp: datetime
    data: JobView
