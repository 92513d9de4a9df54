"""What a provider is asked for and what it hands back, before anything is believed."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from consumer.material import Usage
from consumer.models import Segment

Task = Literal["cards", "quiz"]
Letter = Literal["a", "b", "c", "d"]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Long = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]


@dataclass(frozen=True)
class Chunk:
    """A run of segments that fits into one request. `number` counts from 0."""

    number: int
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        """The spoken words, one segment a line."""
        return "\n".join(segment.text.strip() for segment in self.segments)


@dataclass(frozen=True)
class StudyRequest:
    """Write `count` notes of one kind from one chunk, in the language of the lecture."""

    task: Task
    count: int
    chunk: Chunk
    title: str
    language: str


class CardDraft(BaseModel):
    """A flashcard as a provider wrote it; `quote` claims to be spoken in the lecture."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    front: Short
    back: Short
    quote: Long


class QuizDraft(BaseModel):
    """A quiz item as a provider wrote it. Four named options, because schemas do not enforce counts."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    stem: Short
    option_a: Short
    option_b: Short
    option_c: Short
    option_d: Short
    correct: Letter
    explanation: Long
    quote: Long

    @property
    def options(self) -> tuple[str, str, str, str]:
        """In the order in which they were written."""
        return self.option_a, self.option_b, self.option_c, self.option_d

    @model_validator(mode="after")
    def _options_differ(self) -> "QuizDraft":
        if len({option.casefold() for option in self.options}) < 4:
            raise ValueError("two options are the same")
        return self


@dataclass(frozen=True)
class Draft:
    """One answer: its valid notes, how many were not, what it cost, and what has to be said about it."""

    cards: tuple[CardDraft, ...] = ()
    quiz: tuple[QuizDraft, ...] = ()
    usage: Usage = field(default_factory=Usage)
    malformed: int = 0
    warnings: tuple[str, ...] = ()
