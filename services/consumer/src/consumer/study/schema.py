"""What a provider is asked for and what it hands back, before anything is believed."""

import re
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, model_validator

from consumer.material import BLANK, Kind, Level, Usage
from consumer.models import Segment

Task = Literal["outline", "join", "cards", "quiz", "repair", "judge"]
Letter = Literal["a", "b", "c", "d"]
Support = Literal["supports", "partly", "no"]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Long = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
Loose = Annotated[str, BeforeValidator(lambda said: said if isinstance(said, str) else ""), StringConstraints()]
LONGEST_TAG = 60
GAP = re.compile(r"\{\{c\d+::(?P<answer>.*?)(?:::.*?)?\}\}|_{3,}|\[(?:…|\.{3})\]")
"""How writers mark the gap of a cloze card: as Anki does, by a line, or as we ask them to."""


def _texts(said: object) -> list[str]:
    """The short texts of a list; anything else is none."""
    found = cast("list[object]", said) if isinstance(said, list) else []
    return [tag.strip() for tag in found if isinstance(tag, str) and 0 < len(tag.strip()) <= LONGEST_TAG]


def _one_of(*words: str, default: str | None) -> BeforeValidator:
    """A word of a list; any other is no reason to lose the note."""
    return BeforeValidator(lambda said: said if said in words else default)


@dataclass(frozen=True)
class Chunk:
    """A run of segments that fits into one request. `number` counts from 0."""

    number: int
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        """The spoken words, one segment a line."""
        return "\n".join(segment.text.strip() for segment in self.segments)


class CardDraft(BaseModel):
    """A flashcard as a provider wrote it; `quote` claims to be spoken in the lecture."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    front: Short
    back: Short
    quote: Long
    kind: Annotated[Kind, _one_of("basic", "cloze", "definition", "why", default="basic")] = "basic"
    level: Annotated[Level | None, _one_of("remember", "understand", "apply", default=None)] = None
    tags: Annotated[tuple[str, ...], BeforeValidator(_texts)] = ()

    @model_validator(mode="before")
    @classmethod
    def _one_gap(cls, written: Any) -> Any:
        """A cloze card has our mark once, where its back belongs; without a gap it is a basic one."""
        said = cast("dict[str, Any]", written) if isinstance(written, dict) else {}
        if not isinstance(said.get("front"), str):
            return cast("Any", written)
        gaps = list(GAP.finditer(said["front"]))
        if len(gaps) != 1:
            return {**said, "kind": "basic"} if said.get("kind") == "cloze" else said
        front = said["front"][: gaps[0].start()] + BLANK + said["front"][gaps[0].end() :]
        return {**said, "kind": "cloze", "front": front, "back": gaps[0]["answer"] or said.get("back")}


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
    why_a: Loose = ""
    why_b: Loose = ""
    why_c: Loose = ""
    why_d: Loose = ""
    level: Annotated[Level | None, _one_of("remember", "understand", "apply", default=None)] = None

    @property
    def options(self) -> tuple[str, str, str, str]:
        """In the order in which they were written."""
        return self.option_a, self.option_b, self.option_c, self.option_d

    @property
    def reasons(self) -> tuple[str, str, str, str]:
        """Why each option is wrong; empty for the right one."""
        said = {"a": self.why_a, "b": self.why_b, "c": self.why_c, "d": self.why_d, self.correct: ""}
        return said["a"].strip(), said["b"].strip(), said["c"].strip(), said["d"].strip()

    @property
    def answer(self) -> str:
        """The right option's words."""
        return self.options["abcd".index(self.correct)]

    @model_validator(mode="after")
    def _options_differ(self) -> "QuizDraft":
        if len({option.casefold() for option in self.options}) < 4:
            raise ValueError("two options are the same")
        return self


class SectionDraft(BaseModel):
    """Where a section begins, by the number of its first line, and what it is about."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    first_line: int
    title: Short
    summary: Loose = ""
    aside: bool = False


class TermDraft(BaseModel):
    """A word of the subject: as heard, as written, what the lecture says it means, and the words that say so.

    Without a definition it is one that the lecture only uses, and the words show where.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    heard: Short
    correct: Short
    definition: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)] = ""
    quote: Long


@dataclass(frozen=True)
class OutlineDraft:
    """The lecture, or a part of it, as a provider sees it."""

    summary: str = ""
    sections: tuple[SectionDraft, ...] = ()
    terms: tuple[TermDraft, ...] = ()


class Verdict(BaseModel):
    """What a judge says of note number `note`, who sees a passage of the lecture and not which option is the key.

    `answer` is the option that the passage proves, `also` those that could be defended as well.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    note: int
    support: Support
    answer: Loose = ""
    also: Loose = ""
    guessable: bool = False
    reason: Loose = ""


@dataclass(frozen=True)
class Share:
    """How many notes are asked about one section, which lines `first` to `last` hold."""

    section: str | None
    title: str
    first: int
    last: int
    count: int


@dataclass(frozen=True)
class Rejected:
    """A note that was refused: `reason` is counted in the asset, `words` tell whoever writes the note anew."""

    note: CardDraft | QuizDraft
    reason: str
    words: str


@dataclass(frozen=True)
class ToJudge:
    """A note as the judge sees it: the quoted words with those around them, and nothing of who wrote it."""

    note: CardDraft | QuizDraft
    passage: str


@dataclass(frozen=True)
class Style:
    """For whom it is written. `language` is the output's; None means the lecture's."""

    language: str | None = None
    level: str | None = None
    course: str | None = None


@dataclass(frozen=True)
class StudyRequest:
    """One question to a provider: `count` notes of one kind from one chunk, an outline of it, or a verdict on notes.

    The other fields belong to some tasks: `shares` says where the notes should come from, `terms` how words are
    written that were heard wrongly, `taken` what has been asked already, `sections` what is to be joined.
    `model` is another than the provider's own; `room_tokens` is what a small context leaves for the answer.
    """

    task: Task
    count: int
    chunk: Chunk
    title: str
    language: str
    style: Style = Style()
    shares: tuple[Share, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()
    taken: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    judged: tuple[ToJudge, ...] = ()
    sections: tuple[SectionDraft, ...] = ()
    model: str | None = None
    room_tokens: int | None = None


@dataclass(frozen=True)
class Draft:
    """One answer: its valid notes, how many were not, what it cost, and what has to be said about it.

    `purchase` tells apart what was bought twice, because the first answer was lost; empty as a provider gives it.
    """

    cards: tuple[CardDraft, ...] = ()
    quiz: tuple[QuizDraft, ...] = ()
    usage: Usage = field(default_factory=Usage)
    malformed: int = 0
    warnings: tuple[str, ...] = ()
    outline: OutlineDraft | None = None
    verdicts: tuple[Verdict, ...] = ()
    purchase: str = ""
