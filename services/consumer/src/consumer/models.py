"""The values that pass between the steps. Pure: no I/O."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

Stage = Literal["download", "audio", "transcribe", "study", "publish"]
Priority = Literal["interactive", "bulk"]
"""The transcriber's words: a person waits, or the file may take its time."""
Progress = Callable[[float], None]
"""Called with the fraction done, 0 to 1. Never blocks, never raises."""


class Status(StrEnum):
    """The words in a row's `status`, in the order of a video's life."""

    QUEUED = "queued"
    DOWNLOADING = "downloading"
    TRANSCRIBING = "transcribing"
    GENERATING = "generating"
    COMPLETED = "completed"
    FAILED = "failed"
    REJECTED = "rejected"
    SCHEDULED = "scheduled"

    @classmethod
    def named(cls, word: str) -> "Status | None":
        """The status of this name; None for a word of another service that owns the table."""
        return next((status for status in cls if status == word), None)

    @property
    def is_end(self) -> bool:
        """Whether the video's life is over, unless somebody submits it anew."""
        return self in {Status.COMPLETED, Status.FAILED, Status.REJECTED}

    @property
    def next_step(self) -> str:
        """What happens next, in words for an operator."""
        match self:
            case Status.QUEUED | Status.SCHEDULED:
                return "the next free consumer takes it"
            case Status.COMPLETED:
                return "nothing: it is done"
            case Status.FAILED | Status.REJECTED:
                return "nothing: lectern submit starts it anew"
            case _:
                return "it is being worked on"


class Record(BaseModel):
    """A value from outside: never changed once made; fields that we do not know are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


@dataclass(frozen=True)
class Recording:
    """An uploaded object; `bucket` is None where only the key was named: then it is in S3_BUCKET."""

    key: str
    bucket: str | None = None

    @property
    def address(self) -> str:
        """As a row holds it."""
        return f"s3://{self.bucket}/{self.key}" if self.bucket else self.key


@dataclass(frozen=True)
class StudyWishes:
    """What a message asks of the study material; where it says nothing, the settings do.

    `cards` is how many there should be, `language` what they are written in, `level` for whom, `course` its context.
    """

    cards: int | None = None
    language: str | None = None
    level: str | None = None
    course: str | None = None


@dataclass(frozen=True)
class Job:
    """What a good message asks for: the row's id, and the YouTube video or else the uploaded recording.

    `language` is that of the track if not the original, or the one that is spoken in a recording; `priority` is
    "interactive" where a person waits.
    """

    video_id: str
    youtube_id: str | None = None
    language: str | None = None
    recording: Recording | None = None
    study: StudyWishes = StudyWishes()
    priority: Priority = "bulk"

    @property
    def url(self) -> str:
        """Where it comes from, as a row holds it."""
        if self.recording is not None:
            return self.recording.address
        return f"https://www.youtube.com/watch?v={self.youtube_id}"


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended. `name` is its word in the attempt's record, in logs and metrics; `status` is the row's.

    `code` and `words` say why, for machines and for the user. With `refund` the attempt does not count. The message
    comes back after `back_s` seconds; None deletes it.
    """

    name: str
    status: Status
    code: str | None = None
    words: str | None = None
    refund: bool = False
    back_s: float | None = None


@dataclass(frozen=True)
class Source:
    """Downloaded media. `duration_s` is what the site claims; `youtube_id` is None for a local file.

    `language` (ISO 639) is the one that was asked for, where the track that was taken really has it.
    """

    path: Path
    title: str
    youtube_id: str | None = None
    channel: str | None = None
    duration_s: float | None = None
    language: str | None = None


@dataclass(frozen=True)
class Audio:
    """The MP3 that we made; `duration_s` is its decoded length."""

    path: Path
    duration_s: float


class Word(Record):
    """One word with its times in seconds of the file."""

    start: float
    end: float
    word: str
    probability: float


class Segment(Record):
    """About one sentence, times in seconds of the file."""

    id: int
    start: float
    end: float
    text: str
    words: tuple[Word, ...] | None = None
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: float
    temperature: float


class Coverage(Record):
    """How much of the speech found became text, in seconds."""

    speech_s: float
    transcribed_s: float
    gaps: tuple[tuple[float, float], ...] = ()
    low_confidence: tuple[tuple[float, float], ...] = ()
    skipped_packets: int = 0


class Highlight(Record):
    """The word that is being said: characters `start` to `end` of the cue's line number `line`, from 0."""

    line: int
    start: int
    end: int


class Cue(Record):
    """One subtitle: lines of plain text, times in seconds of the file."""

    start: float
    end: float
    lines: tuple[str, ...]
    highlight: Highlight | None = None


class Transcript(Record):
    """What the transcriber answered; one kept by an older version has no cues."""

    language: Annotated[str, BeforeValidator(lambda code: code or "")]  # null, here "", where nobody spoke
    language_probability: float
    duration_s: float
    model: str
    segments: tuple[Segment, ...]
    text: str
    coverage: Coverage
    cues: tuple[Cue, ...] | None = None
