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
    """What remains of a chunk's drafts, and how many notes did not."""

    cards: tuple[Grounded[CardDraft], ...]
    quiz: tuple[Grounded[QuizDraft], ...]
    dropped: int


def check(chunk: Chunk, drafts: Iterable[Draft], language: str = "en") -> Found:
    """Look every quote of the drafts up in their chunk; a note whose quote was not said is dropped and counted."""
    ground = Ground(chunk, language)
    written = list(drafts)
    cards = [card for draft in written for card in draft.cards]
    quiz = [item for draft in written for item in draft.quiz]
    proven_cards, proven_quiz = _proven(ground, cards), _proven(ground, quiz)
    dropped = len(cards) + len(quiz) - len(proven_cards) - len(proven_quiz)
    return Found(proven_cards, proven_quiz, dropped)


def _proven(ground: Ground, notes: Iterable[Written]) -> tuple[Grounded[Written], ...]:
    return tuple(Grounded(note, proof) for note in notes if (proof := ground.find(note.quote)))
