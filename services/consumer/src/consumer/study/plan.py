"""What is wanted of the study material of one lecture, beside the lecture. Pure."""

from dataclasses import dataclass, field, replace

from consumer.models import StudyWishes
from consumer.study.schema import Style


@dataclass(frozen=True)
class StudyPlan:
    """How much, for whom, at what cost.

    `cards` is their number, `cards_per_hour` their number for each hour of speech; where neither is set it follows from
    speech and terms. `verify`: a second pass judges each note, by `judge_model` where it is set. `max_cost_usd` bounds
    what one lecture may cost by an estimate made before anything is asked. `context_tokens` is how much the model can
    read and write in one request; None where that need not be thought of. `batched`: everything is ordered at half
    price, and no request can count on what another one left in the cache.
    """

    cards: int | None = None
    cards_per_hour: float | None = None
    style: Style = field(default_factory=Style)
    verify: bool = True
    judge_model: str | None = None
    max_cost_usd: float | None = None
    context_tokens: int | None = None
    batched: bool = False

    def wished(self, wishes: StudyWishes) -> "StudyPlan":
        """The plan for a lecture whose message says more."""
        style = self.style
        style = Style(wishes.language or style.language, wishes.level or style.level, wishes.course or style.course)
        return replace(self, cards=wishes.cards or self.cards, style=style)


ORDINARY = StudyPlan()
