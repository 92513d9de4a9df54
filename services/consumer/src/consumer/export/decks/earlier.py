"""Notes of earlier runs: a note that says the same again keeps its id, and with it the student's schedule."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError
from rapidfuzz import fuzz, utils

from consumer.material import Card, QuizItem, StudyMaterial
from consumer.models import Record

UNTOLD_S = 6.0
"""How long a quote lasts whose end nobody noted."""
REACH_S = 20.0
"""A note this far away may still be the same fact: the lecturer says it again, the writer quotes the other sentence."""
ANSWER, QUESTION = 0.6, 0.4
"""How much the words of each count for two notes being the same."""
ALIKE, FARTHEST_ALIKE = 0.62, 0.82
"""From where on they are: where the quotes are the same, and at the reach. Reworded pairs have 0.69, others 0.60."""
MOST_KNOWN = 3_000

Kind = Literal["card", "item"]


class Known(Record):
    """A note of some earlier run. `digest` is of all that a student sees; `changed_at` in seconds since 1970."""

    id: str
    kind: Kind
    question: str
    answer: str
    start_s: float
    end_s: float | None = None
    digest: str = ""
    changed_at: int = 0


class Ledger(Record):
    """Every note that a lecture ever had, the present ones first."""

    notes: tuple[Known, ...] = ()

    def changed_at(self) -> dict[str, int]:
        """When each note's words last changed, by its id."""
        return {known.id: known.changed_at for known in self.notes}


@dataclass(frozen=True)
class Pair:
    """A new note and an earlier one that may be the same."""

    score: float
    new: int
    old: int


def keep_ids(material: StudyMaterial, ledger: Ledger, now_s: float) -> tuple[StudyMaterial, Ledger]:
    """The material with ids of earlier notes where a note is one of those, and the ledger after it.

    No earlier id goes to another fact: a new note whose own id was taken by one gets a fresh id.
    """
    cards = _renamed("card", material.cards, ledger)
    items = _renamed("item", material.quiz, ledger)
    present = [*(_known("card", card, now_s) for card in cards), *(_known("item", item, now_s) for item in items)]
    before = {known.id: known for known in ledger.notes}
    dated = [_dated(known, before.get(known.id)) for known in present]
    taken = {known.id for known in dated}
    rest = [known for known in ledger.notes if known.id not in taken]
    kept = Ledger(notes=tuple([*dated, *rest][:MOST_KNOWN]))
    return material.model_copy(update={"cards": tuple(cards), "quiz": tuple(items)}), kept


def from_assets(flashcards: Mapping[str, Any], quiz: Mapping[str, Any]) -> Ledger:
    """The ledger of a run of which only `flashcards.json` and `quiz.json` are left. Raises ValueError for others."""
    try:
        cards = [(Card.model_validate(each), int(each.get("changed_at") or 0)) for each in flashcards["cards"]]
        items = [(QuizItem.model_validate(each), int(each.get("changed_at") or 0)) for each in quiz["items"]]
    except (KeyError, TypeError, AttributeError, ValidationError) as error:
        raise ValueError(f"this is no flashcards.json and quiz.json of a lecture: {error}") from error
    known = [*(_known("card", *each) for each in cards), *(_known("item", *each) for each in items)]
    return Ledger(notes=tuple(known))


def _renamed(kind: Kind, notes: Sequence[Any], ledger: Ledger) -> list[Any]:
    old = [known for known in ledger.notes if known.kind == kind]
    new = [_known(kind, note, 0) for note in notes]
    matched = _matches(new, old)
    used = {known.id for known in old}
    ids: list[str] = []
    for at, note in enumerate(notes):
        name = old[matched[at]].id if at in matched else _fresh(note.id, used)
        used.add(name)
        ids.append(name)
    return [note.model_copy(update={"id": name}) for note, name in zip(notes, ids, strict=True)]


def _fresh(name: str, used: set[str]) -> str:
    number = 1
    while name in used:
        number += 1
        name = hashlib.sha256(f"{name}\n{number}".encode()).hexdigest()[:16]
    return name


def _matches(new: Sequence[Known], old: Sequence[Known]) -> dict[int, int]:
    """The likeliest pairs first, each note once."""
    pairs = sorted(_pairs(new, old), key=lambda pair: -pair.score)
    matched: dict[int, int] = {}
    taken: set[int] = set()
    for pair in pairs:
        if pair.new not in matched and pair.old not in taken:
            matched[pair.new] = pair.old
            taken.add(pair.old)
    return matched


def _pairs(new: Sequence[Known], old: Sequence[Known]) -> Iterable[Pair]:
    for at, mine in enumerate(new):
        for place, theirs in enumerate(old):
            if (near := _nearness(mine, theirs)) and (alike := _likeness(mine, theirs)) >= _wanted(near):
                yield Pair(alike + near, at, place)


def _wanted(near: float) -> float:
    return ALIKE + (1 - near) * (FARTHEST_ALIKE - ALIKE)


def _nearness(one: Known, other: Known) -> float:
    """1 where the shorter quote lies within the longer, falling to 0 at the reach."""
    ends = [known.end_s if known.end_s is not None else known.start_s + UNTOLD_S for known in (one, other)]
    overlap_s = min(ends) - max(one.start_s, other.start_s)
    if overlap_s <= 0:
        return max(0.0, 1 + overlap_s / REACH_S) / 2
    shorter_s = min(ends[0] - one.start_s, ends[1] - other.start_s)
    return 0.5 + 0.5 * min(1.0, overlap_s / max(shorter_s, 0.1))


def _likeness(one: Known, other: Known) -> float:
    return ANSWER * _words(one.answer, other.answer) + QUESTION * _words(one.question, other.question)


def _words(one: str, other: str) -> float:
    """How alike two texts are whatever the order of their words, 0 to 1."""
    return fuzz.token_set_ratio(one, other, processor=utils.default_process) / 100


def _known(kind: Kind, note: Card | QuizItem, now_s: float) -> Known:
    card = isinstance(note, Card)
    seen = note.model_dump_json(exclude={"id", "section", "level", "tags", "proof"}) + note.proof.quote
    return Known(
        id=note.id,
        kind=kind,
        question=note.front if card else note.stem,
        answer=note.back if card else note.options[note.key],
        start_s=note.proof.start_s,
        end_s=note.proof.end_s,
        digest=hashlib.sha256(seen.encode()).hexdigest()[:16],
        changed_at=int(now_s),
    )


def _dated(known: Known, before: Known | None) -> Known:
    """An unchanged note keeps its date, so that importing it again overwrites nothing."""
    same = before is not None and before.digest == known.digest
    return known.model_copy(update={"changed_at": before.changed_at}) if before is not None and same else known
