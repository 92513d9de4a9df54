"""Makes one set of notes of all answers: no duplicates, stable ids, keys in every position."""

import hashlib
import random
from collections import Counter
from collections.abc import Iterable, Sequence

from consumer.material import Card, Correction, Outline, Proof, QuizItem
from consumer.study.check import Grounded, Written
from consumer.study.ground import alike, tokens
from consumer.study.outline import section_at
from consumer.study.schema import CardDraft, QuizDraft

KEYS = {"a": 0, "b": 1, "c": 2, "d": 3}
SAME_FACT = 0.5
"""A quiz item and a card that share this much of their words (Jaccard) ask for one fact."""


def merge_cards(
    lecture: str, found: Iterable[Grounded[CardDraft]], most: int, outline: Outline | None = None
) -> tuple[Card, ...]:
    """At most `most` cards in the order of the lecture, each asked once.

    `lecture` is the video's stable name: with the quoted words it gives a card its id, the same every time.
    """
    kept = distinct(found)[:most]
    return tuple(
        Card(
            id=note_id,
            front=each.note.front,
            back=each.note.back,
            proof=each.proof,
            kind=each.note.kind,
            level=each.note.level,
            section=_section(outline, each.proof),
            tags=each.note.tags,
            corrected=_corrected(f"{each.note.front} {each.note.back}", each.proof, outline),
        )
        for note_id, each in zip(_ids(lecture, "card", kept), kept, strict=True)
    )


def merge_quiz(
    lecture: str, found: Iterable[Grounded[QuizDraft]], most: int, outline: Outline | None = None
) -> tuple[QuizItem, ...]:
    """The same for quiz items; keys are dealt to all four positions alike (±1), the same way every time."""
    kept = distinct(found)[:most]
    dice = random.Random(lecture)  # noqa: S311  a reproducible shuffle, not a secret
    positions = _positions(len(kept), dice)
    return tuple(
        _item(note_id, each, position, dice, outline)
        for note_id, each, position in zip(_ids(lecture, "quiz", kept), kept, positions, strict=True)
    )


def asks(note: CardDraft | QuizDraft) -> set[str]:
    """The words of its question and answer."""
    said = f"{note.front} {note.back}" if isinstance(note, CardDraft) else f"{note.stem} {note.answer}"
    return set(tokens(said))


def distinct(found: Iterable[Grounded[Written]]) -> list[Grounded[Written]]:
    """Of notes that ask the same, the one that comes first in the lecture."""
    kept: list[Grounded[Written]] = []
    seen: list[set[str]] = []
    for each in sorted(found, key=lambda each: each.proof.start_s):
        words = asks(each.note)
        if not any(alike(words, other) for other in seen):
            kept.append(each)
            seen.append(words)
    return kept


def of_other_facts(items: Iterable[Grounded[QuizDraft]], cards: Sequence[CardDraft]) -> list[Grounded[QuizDraft]]:
    """The items that ask for what no card asks for."""
    taken = [asks(card) for card in cards]
    return [item for item in items if not any(_one_fact(asks(item.note), words) for words in taken)]


def _one_fact(one: set[str], other: set[str]) -> bool:
    return len(one & other) >= SAME_FACT * len(one | other)


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


def _item(
    note_id: str, each: Grounded[QuizDraft], position: int, dice: random.Random, outline: Outline | None
) -> QuizItem:
    draft = each.note
    options = list(zip(draft.options, draft.reasons, strict=True))
    key = options.pop(KEYS[draft.correct])
    dice.shuffle(options)
    options.insert(position, key)
    first, second, third, fourth = options
    return QuizItem(
        id=note_id,
        stem=draft.stem,
        options=(first[0], second[0], third[0], fourth[0]),
        key=position,
        explanation=draft.explanation,
        proof=each.proof,
        why_wrong=(first[1], second[1], third[1], fourth[1]),
        level=draft.level,
        section=_section(outline, each.proof),
        corrected=_corrected(" ".join((draft.stem, *draft.options, draft.explanation)), each.proof, outline),
    )


def _section(outline: Outline | None, proof: Proof) -> str | None:
    section = section_at(outline.sections, proof.start_s) if outline else None
    return section.id if section else None


def _corrected(said: str, proof: Proof, outline: Outline | None) -> tuple[Correction, ...]:
    """The words that the note has right and its quote has wrong."""
    note, quote = f" {' '.join(tokens(said))} ", f" {' '.join(tokens(proof.quote))} "
    return tuple(
        Correction(heard=term.heard, correct=term.correct)
        for term in (outline.terms if outline else ())
        if _holds(note, term.correct) and _holds(quote, term.heard) and not _holds(quote, term.correct)
    )


def _holds(text: str, words: str) -> bool:
    return f" {' '.join(tokens(words))} " in text
