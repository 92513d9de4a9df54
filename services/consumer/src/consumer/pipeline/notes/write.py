"""Has the notes of one stretch of a lecture written, cards before quiz, and keeps what its words prove."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from consumer.material import Outline
from consumer.models import Segment
from consumer.pipeline.notes.asking import Desk
from consumer.study.allocate import Assignment, cut
from consumer.study.check import Grounded, check
from consumer.study.merge import distinct, of_other_facts
from consumer.study.outline import misheard
from consumer.study.plan import StudyPlan
from consumer.study.schema import CardDraft, Chunk, Draft, QuizDraft, Rejected, Share, StudyRequest, Task
from consumer.study.split import ANSWER_SHARE


@dataclass(frozen=True)
class Lecture:
    """What every request is made from."""

    segments: tuple[Segment, ...]
    title: str
    language: str
    plan: StudyPlan

    def request(self, task: Task, count: int, chunk: Chunk, **more: Any) -> StudyRequest:
        """A request of this lecture's title, language and style; `more` are the task's own fields."""
        context = self.plan.context_tokens
        room = int(context * ANSWER_SHARE) if context else None
        model = self.plan.judge_model if task == "judge" else None
        common = {"style": self.plan.style, "room_tokens": room, "model": model}
        return StudyRequest(task, count, chunk, self.title, self.language, **common, **more)


@dataclass(frozen=True)
class Notes:
    """What is kept of one stretch; what was refused and may be written anew; what was dropped, by reason."""

    cards: tuple[Grounded[CardDraft], ...] = ()
    quiz: tuple[Grounded[QuizDraft], ...] = ()
    rejected: tuple[Rejected, ...] = ()
    dropped: dict[str, int] = field(default_factory=dict[str, int])


async def write_chunk(lecture: Lecture, outline: Outline | None, desk: Desk, assigned: Assignment) -> Notes:
    """Cards, then a quiz that asks for other facts; no section gets more than its share."""
    terms = misheard(outline.terms) if outline else ()
    cards = await _ask(lecture, "cards", assigned, assigned.cards, desk, terms=terms)
    fronts = tuple(card.front for card in cards.cards)
    quiz = await _ask(lecture, "quiz", assigned, assigned.quiz, desk, terms=terms, taken=fronts)
    found = check(assigned.chunk, (cards, quiz), lecture.language)
    kept_cards = cut(distinct(found.cards), assigned.cards)
    kept_quiz = _quiz(distinct(found.quiz), kept_cards, assigned.quiz)
    surplus = len(found.cards) + len(found.quiz) - len(kept_cards) - len(kept_quiz)
    unsaid = tuple(Rejected(note, "not said", "its quote is not in the transcript") for note in found.unsaid)
    dropped = {"too many": surplus} if surplus > 0 else {}
    return Notes(tuple(kept_cards), tuple(kept_quiz), unsaid, dropped)


async def _ask(
    lecture: Lecture, task: Task, assigned: Assignment, shares: Sequence[Share], desk: Desk, **more: Any
) -> Draft:
    count = sum(share.count for share in shares)
    if not count:
        return Draft()
    return await desk.ask("write", lecture.request(task, count, assigned.part, shares=tuple(shares), **more))


def _quiz(
    items: Sequence[Grounded[QuizDraft]], cards: Sequence[Grounded[CardDraft]], shares: Sequence[Share]
) -> list[Grounded[QuizDraft]]:
    """Items on facts that no card asks for, and the others only where those are too few."""
    fresh = of_other_facts(items, [card.note for card in cards])
    kept = cut(fresh, shares)
    wanted = sum(share.count for share in shares)
    return [*kept, *[item for item in items if item not in fresh][: wanted - len(kept)]]
