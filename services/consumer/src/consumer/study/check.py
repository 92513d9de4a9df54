"""Keeps the notes of one chunk that its words prove."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from consumer.material import Proof
from consumer.study.ground import Ground
from consumer.study.schema import CardDraft, Chunk, Draft, QuizDraft

Written = TypeVar("Written", CardDraft, QuizDraft)


@dataclass(frozen=True)
class Grounded(Generic[Written]):
    """A note and the place in the lecture that proves it."""

    note: Written
    proof: Proof


@dataclass(frozen=True)
class Found:
    """What remains of a chunk's drafts, and the notes that quote what was not said."""

    cards: tuple[Grounded[CardDraft], ...]
    quiz: tuple[Grounded[QuizDraft], ...]
    unsaid: tuple[CardDraft | QuizDraft, ...] = ()


def check(chunk: Chunk, drafts: Iterable[Draft], language: str = "en") -> Found:
    """Look every quote of the drafts up in their chunk."""
    ground = Ground(chunk, language)
    written = list(drafts)
    cards, unsaid_cards = _proven(ground, [card for draft in written for card in draft.cards])
    quiz, unsaid_items = _proven(ground, [item for draft in written for item in draft.quiz])
    return Found(cards, quiz, (*unsaid_cards, *unsaid_items))


def _proven(ground: Ground, notes: Iterable[Written]) -> tuple[tuple[Grounded[Written], ...], tuple[Written, ...]]:
    found: list[Grounded[Written]] = []
    unsaid: list[Written] = []
    for note in notes:
        if proof := ground.find(note.quote):
            found.append(Grounded(note, proof))
        else:
            unsaid.append(note)
    return tuple(found), tuple(unsaid)
