"""What a judge is shown of a note, and what its verdict means."""

import hashlib
import random
from collections.abc import Mapping, Sequence

from consumer.material import Proof
from consumer.models import Segment
from consumer.study.schema import CardDraft, QuizDraft, Rejected, ToJudge, Verdict

NEIGHBOUR_CHARACTERS = 350
"""Of what was said before and after the quoted words: two or three sentences, so that "it" has a meaning."""
NOTES_AT_ONCE = 20
UNSUPPORTED, PARTLY, ANOTHER, GUESSABLE = "not supported", "partly supported", "two answers", "guessable"
LETTERS = "abcd"


def to_judge(note: CardDraft | QuizDraft, proof: Proof, segments: Mapping[int, Segment]) -> ToJudge:
    """The note with the passage that is to prove it; options in an order that says nothing about the key."""
    shown = note if isinstance(note, CardDraft) else _shuffled(note)
    return ToJudge(shown, _passage(proof, segments))


def rejection(shown: ToJudge, verdict: Verdict) -> Rejected | None:
    """Why the note is refused; None for a good one."""
    said = f" ({verdict.reason.strip()})" if verdict.reason.strip() else ""
    note = shown.note
    if isinstance(note, QuizDraft) and (found := _misjudged(note, verdict, said)):
        return found
    if verdict.support == "no":
        return Rejected(note, UNSUPPORTED, f"the quote does not prove the answer{said}")
    if verdict.support == "partly":
        return Rejected(note, PARTLY, f"the quote proves only a part of the answer{said}")
    if verdict.guessable:
        return Rejected(note, GUESSABLE, f"it can be answered without the lecture{said}")
    return None


def _misjudged(item: QuizDraft, verdict: Verdict, said: str) -> Rejected | None:
    chosen = verdict.answer.strip().casefold()
    others = sorted({letter for letter in verdict.also.casefold() if letter in LETTERS} - {item.correct})
    if chosen != item.correct:
        instead = f", but “{item.options[LETTERS.index(chosen)]}”" if chosen in LETTERS and chosen else ""
        return Rejected(item, UNSUPPORTED, f"the quote does not prove the right option{instead}{said}")
    if others:
        options = " and ".join(f"“{item.options[LETTERS.index(letter)]}”" for letter in others)
        return Rejected(item, ANOTHER, f"{options} could be defended as well{said}")
    return None


def _shuffled(item: QuizDraft) -> QuizDraft:
    """The same item, its options in an order that follows from its words."""
    order = list(range(4))
    random.Random(hashlib.sha256(item.stem.encode()).digest()).shuffle(order)  # noqa: S311  no secret
    options = {f"option_{letter}": item.options[at] for letter, at in zip(LETTERS, order, strict=True)}
    key = LETTERS[order.index(LETTERS.index(item.correct))]
    return item.model_copy(update={**options, "correct": key})


def _passage(proof: Proof, segments: Mapping[int, Segment]) -> str:
    first, last = proof.segment_ids[0], proof.segment_ids[-1]
    said = " ".join(segments[at].text.strip() for at in range(first - 2, last + 3) if at in segments)
    before = " ".join(segments[at].text.strip() for at in range(first - 2, first) if at in segments)
    start = max(said.find(proof.quote, max(len(before) - len(proof.quote), 0)), 0)
    end = start + len(proof.quote)
    low, high = max(start - NEIGHBOUR_CHARACTERS, 0), end + NEIGHBOUR_CHARACTERS
    return said[_word(said, low) : high].strip()


def _word(text: str, at: int) -> int:
    """The start of the first whole word from a place on."""
    return 0 if at == 0 else max(text.find(" ", at), 0) + 1


def batches(notes: Sequence[int]) -> list[tuple[int, ...]]:
    """So many as a judge reads well at once, of nearly equal number."""
    groups = -(-len(notes) // NOTES_AT_ONCE)
    return [tuple(notes[len(notes) * at // groups : len(notes) * (at + 1) // groups]) for at in range(groups)]
