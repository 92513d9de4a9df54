"""What may be spent on language models in a day, by all consumers together."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from consumer.errors import NotYet


@dataclass(frozen=True)
class DayBudget:
    """`most_usd` is the cap, None for none; `spent_today` is asked each time, as others spend, too."""

    most_usd: float | None
    spent_today: Callable[[], Awaitable[float]]

    async def check(self) -> None:
        """Whether another answer may be bought: answers under way are not counted yet.

        Raises NotYet until midnight (UTC), in words for an operator, and what `spent_today` raises.
        """
        if self.most_usd is None:
            return
        spent = await self.spent_today()
        if spent >= self.most_usd:
            words = (
                f"{spent:.2f} US dollars were spent on language models today (UTC), "
                f"all that MAX_COST_USD_PER_DAY={self.most_usd:g} allows: it goes on tomorrow"
            )
            raise NotYet(words, code="day_budget", until=_midnight(datetime.now(UTC)))


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC)


async def _nothing() -> float:
    return 0.0


NO_CAP = DayBudget(None, _nothing)
