"""Makes one set of notes of all answers: no duplicates, stable ids, keys in every position."""

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from consumer.material import Card, QuizItem
from consumer.study.check import Grounded, Written
from consumer.study.ground import alike, tokens
from consumer.study.schema import CardDraft, QuizDraft

KEYS = {"a": 0, "b": 1, "c": 2, "d": 3}


def merge_cards(lecture: str, found: Iterable[Grounded[CardDraft]], most: int) -> tuple[Card, ...]:
    """At most `most` cards in the order of the lecture, each asked once.

    `lecture` is the video's stable name: with the quoted words it gives a card its id, the same every time.
    """
    kept = _distinct(found, lambda card: f"{card.front} {card.back}")[:most]
    return tuple(
        Card(id=note_id, front=each.note.front, back=each.note.back, proof=each.proof)
        for note_id, each in zip(_ids(lecture, "card", kept), kept, strict=True)
    )


def merge_quiz(lecture: str, found: Iterable[Grounded[QuizDraft]], most: int) -> tuple[QuizItem, ...]:
    """The same for quiz items; keys are dealt to all four positions alike (±1), the same way every time."""
    kept = _distinct(found, lambda item: f"{item.stem} {item.options[KEYS[item.correct]]}")[:most]
    dice = random.Random(lecture)  # noqa: S311  a reproducible shuffle, not a secret
    positions = _positions(len(kept), dice)
    return tuple(
        _item(note_id, each, position, dice)
        for note_id, each, position in zip(_ids(lecture, "quiz", kept), kept, positions, strict=True)
    )


def _distinct(found: Iterable[Grounded[Written]], asks: Callable[[Written], str]) -> list[Grounded[Written]]:
    """Of notes that ask the same, the one that comes first in the lecture."""
    kept: list[Grounded[Written]] = []
    seen: list[set[str]] = []
    for each in sorted(found, key=lambda each: each.proof.start_s):
        words = set(tokens(asks(each.note)))
        if not any(alike(words, other) for other in seen):
            kept.append(each)
            seen.append(words)
    return kept


def _ids(lecture: str, kind: str, notes: Sequence[Grounded[CardDraft]] | Sequence[Grounded[QuizDraft]]) -> list[str]:
    """From the video, the kind and the quoted words: a note that is written again keeps its id, and Anki its schedule.

    The second note on the same words is numbered.
    """
    quoted: Counter[str] = Counter()
    ids: list[str] = []
    for each in notes:
        quote = " ".join(tokens(each.proof.quote))
        quoted[quote] += 1
        ids.append(hashlib.sha256(f"{lecture}\n{kind}\n{quote}\n{quoted[quote]}".encode()).hexdigest()[:16])
    return ids


def _positions(count: int, dice: random.Random) -> list[int]:
    """Each position as often as the others, in no order that a student could learn."""
    positions = [number % 4 for number in range(count)]
    relabelled = dice.sample(range(4), 4)
    dice.shuffle(positions)
    return [relabelled[position] for position in positions]


def _item(note_id: str, each: Grounded[QuizDraft], position: int, dice: random.Random) -> QuizItem:
    draft = each.note
    options = list(draft.options)
    key = options.pop(KEYS[draft.correct])
    dice.shuffle(options)
    options.insert(position, key)
    first, second, third, fourth = options
    return QuizItem(
        id=note_id,
        stem=draft.stem,
        options=(first, second, third, fourth),
        key=position,
        explanation=draft.explanation,
        proof=each.proof,
    )
