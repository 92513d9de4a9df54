"""The second pass: every note is judged blind, what is refused is written anew once, and judged again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from consumer.material import Outline
from consumer.pipeline.notes.asking import Desk
from consumer.pipeline.notes.write import Lecture, Notes
from consumer.study.allocate import Assignment, cut
from consumer.study.check import Grounded, check
from consumer.study.judge import batches, rejection, to_judge
from consumer.study.merge import asks, distinct
from consumer.study.outline import misheard
from consumer.study.schema import CardDraft, Chunk, QuizDraft, Rejected, ToJudge

UNJUDGED = "The second pass over the notes gave no verdicts, so nobody has checked whether their quotes prove them."
SILENT = ("not judged", "nobody judged it")
JUDGED, REPAIRED = 0.6, 0.85
"""The progress within this step when the first verdicts are there, and the repaired notes."""


@dataclass(frozen=True)
class Judged:
    """What a judge leaves of the notes of one stretch; `verdicts` counts those it gave."""

    cards: tuple[Grounded[CardDraft], ...]
    quiz: tuple[Grounded[QuizDraft], ...]
    rejected: tuple[Rejected, ...]
    verdicts: int


async def judge_notes(
    lecture: Lecture, outline: Outline | None, assigned: Sequence[Assignment], notes: Sequence[Notes], desk: Desk
) -> tuple[list[Notes], bool]:
    """The notes that stand, and whether they were judged at all: a judge that says nothing refuses nothing."""
    begun = desk.progress
    first = await _judge(lecture, notes, desk, begun + JUDGED * (1 - begun))
    if sum(map(len, (note for each in notes for note in (each.cards, each.quiz)))) and not any(
        each.verdicts for each in first
    ):
        return list(notes), False
    refused = [
        replace(each, cards=found.cards, quiz=found.quiz, rejected=(*each.rejected, *found.rejected))
        for each, found in zip(notes, first, strict=True)
    ]
    work = list(zip(assigned, refused, strict=True))
    repair = partial(_repair, lecture, misheard(outline.terms) if outline else (), desk)
    repaired = await desk.each(
        work, repair, requests=sum(bool(each.rejected) for each in refused), until=begun + REPAIRED * (1 - begun)
    )
    second = await _judge(lecture, repaired, desk, 1.0)
    return [_together(*each) for each in zip(assigned, refused, second, strict=True)], True


async def _judge(lecture: Lecture, notes: Sequence[Notes], desk: Desk, until: float) -> list[Judged]:
    """All notes of all stretches; those that got no verdict are shown once more."""
    segments = {segment.id: segment for segment in lecture.segments}
    shown = [to_judge(each.note, each.proof, segments) for found in notes for each in (*found.cards, *found.quiz)]
    verdicts: dict[int, Rejected | None] = {}
    for end in (until - (until - desk.progress) / 10, until):
        left = [at for at in range(len(shown)) if at not in verdicts]
        groups = batches(left)
        ask = partial(_verdicts, lecture, shown, desk)
        for found in await desk.each(groups, ask, requests=len(groups), until=end):
            verdicts |= found
    return _sorted_out(notes, verdicts)


async def _verdicts(
    lecture: Lecture, shown: Sequence[ToJudge], desk: Desk, group: Sequence[int]
) -> dict[int, Rejected | None]:
    request = lecture.request("judge", len(group), Chunk(0, ()), judged=tuple(shown[at] for at in group))
    draft = await desk.ask("verify", request)
    found: dict[int, Rejected | None] = {}
    for verdict in draft.verdicts:
        if 1 <= verdict.note <= len(group):
            at = group[verdict.note - 1]
            found.setdefault(at, rejection(shown[at], verdict))
    return found


def _sorted_out(notes: Sequence[Notes], verdicts: dict[int, Rejected | None]) -> list[Judged]:
    made: list[Judged] = []
    done = 0
    for each in notes:
        count = len(each.cards) + len(each.quiz)
        mine = {at - done: verdicts[at] for at in range(done, done + count) if at in verdicts}
        done += count
        good = {at for at, refused in mine.items() if refused is None}
        silent = [Rejected(note.note, *SILENT) for at, note in _numbered(each) if at not in mine]
        made.append(
            Judged(
                cards=tuple(card for at, card in enumerate(each.cards) if at in good),
                quiz=tuple(item for at, item in enumerate(each.quiz, len(each.cards)) if at in good),
                rejected=(
                    *(replace(refused, note=note.note) for at, note in _numbered(each) if (refused := mine.get(at))),
                    *silent,
                ),
                verdicts=len(mine),
            )
        )
    return made


def _numbered(notes: Notes) -> list[tuple[int, Grounded[CardDraft] | Grounded[QuizDraft]]]:
    return list(enumerate((*notes.cards, *notes.quiz)))


async def _repair(
    lecture: Lecture, terms: tuple[tuple[str, str], ...], desk: Desk, work: tuple[Assignment, Notes]
) -> Notes:
    """The refused notes written anew, where they quote what was said."""
    assigned, notes = work
    if not notes.rejected:
        return Notes()
    request = lecture.request("repair", len(notes.rejected), assigned.part, rejected=notes.rejected, terms=terms)
    found = check(assigned.chunk, (await desk.ask("repair", request),), lecture.language)
    return Notes(found.cards, found.quiz)


def _together(assigned: Assignment, notes: Notes, repaired: Judged) -> Notes:
    """What stood, and what stands since; of the refused those are dropped that no repaired note takes the place of."""
    cards = cut(distinct((*notes.cards, *repaired.cards)), assigned.cards)
    quiz = cut(distinct((*notes.quiz, *repaired.quiz)), assigned.quiz)
    left = list(notes.rejected)
    for each in [note for note in (*repaired.cards, *repaired.quiz) if note in cards or note in quiz][: len(left)]:
        left.remove(max(left, key=lambda refused: len(asks(refused.note) & asks(each.note))))
    return replace(notes, cards=tuple(cards), quiz=tuple(quiz), rejected=tuple(left))
