"""What a lecture's study material is made of: the values of its assets, whoever wrote them. Pure: no I/O.

Mathematics stands in texts as LaTeX between `\\(` and `\\)`, or between `\\[` and `\\]` on a line of its own.
"""

from typing import Literal

from pydantic import Field

from consumer.models import Record

Kind = Literal["basic", "cloze", "definition", "why"]
Level = Literal["remember", "understand", "apply"]
BLANK = "[…]"
"""Stands once in the front of a cloze card, where its back belongs."""


class Proof(Record):
    """Where a note comes from: segment ids, the seconds from its first word to its last, and the transcript's words.

    `written` is the quote as its writer gave it, where that differs from what the transcript says.
    """

    segment_ids: tuple[int, ...]
    start_s: float
    end_s: float | None = None
    quote: str
    written: str | None = None


class Correction(Record):
    """A word that the transcript has wrong, and the right one that a note uses instead."""

    heard: str
    correct: str


class Section(Record):
    """A part of the lecture, in seconds of the file. No note is made about an aside (a sponsor, greetings, dates)."""

    id: str
    title: str
    summary: str = ""
    start_s: float
    end_s: float
    aside: bool = False


class Term(Record):
    """A word of the lecture's subject as it should be written, as it was heard, and what the lecture says it means."""

    heard: str
    correct: str
    definition: str
    proof: Proof
    section: str | None = None


class Outline(Record):
    """The lecture as a whole: sections in order, without gaps or overlaps; terms in the order of first use."""

    summary: str
    sections: tuple[Section, ...]
    terms: tuple[Term, ...] = ()


class Card(Record):
    """One flashcard: one fact, asked on the front and answered on the back. `id` survives regeneration.

    `section` is the id of a section of the outline.
    """

    id: str
    front: str
    back: str
    proof: Proof
    kind: Kind = "basic"
    level: Level | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    corrected: tuple[Correction, ...] = ()


class QuizItem(Record):
    """A stem with four options, one of which is the key: `options[key]`.

    `why_wrong` says for each option why it is not the answer; empty for the key, and where the writer gave no reason.
    """

    id: str
    stem: str
    options: tuple[str, str, str, str]
    key: int
    explanation: str
    proof: Proof
    why_wrong: tuple[str, str, str, str] = ("", "", "", "")
    level: Level | None = None
    section: str | None = None
    corrected: tuple[Correction, ...] = ()


class Usage(Record):
    """What the provider counted and what it cost."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float = 0.0


class StudyMaterial(Record):
    """Outline, cards and quiz of one lecture, who wrote them, and what a reader should know (`warnings`).

    `outline` is None where nobody saw the lecture as a whole. `verified`: a second pass judged every note. `dropped`
    counts the notes that were refused, by reason; `stages` has the usage of each step of the writing.
    """

    provider: str
    model: str
    cards: tuple[Card, ...]
    quiz: tuple[QuizItem, ...]
    outline: Outline | None = None
    verified: bool = False
    usage: Usage = Usage()
    stages: dict[str, Usage] = Field(default_factory=dict[str, Usage])
    dropped: dict[str, int] = Field(default_factory=dict[str, int])
    warnings: tuple[str, ...] = ()
