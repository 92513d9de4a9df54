"""What is spent on language models, and what may be in a day, by all consumers together."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from consumer.errors import EnvironmentFault, NotYet, TransientError

log = structlog.get_logger()
Spend = Callable[[str, float], Awaitable[None]]
"""Told under which key an answer is kept and the US dollars that it cost; the same again changes nothing."""


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


class Payments:
    """What the answers for one video cost; `spend` writes it down.

    What it does not take at once stops no work and is written with the next answer, or by `settle`.
    """

    def __init__(self, spend: Spend) -> None:
        self._spend = spend
        self._owed: dict[str, float] = {}

    async def add(self, key: str, cost_usd: float) -> None:
        """Write it down, now or later."""
        self._owed[key] = cost_usd
        try:
            await self.settle()
        except (TransientError, EnvironmentFault) as error:
            log.warning("spend.not_recorded", owed_usd=sum(self._owed.values()), error=str(error))

    async def settle(self) -> None:
        """Write down what is owed. Raises what `spend` raises."""
        for key, cost_usd in list(self._owed.items()):
            await self._spend(key, cost_usd)
            self._owed.pop(key, None)


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC)


async def _nothing() -> float:
    return 0.0


NO_CAP = DayBudget(None, _nothing)
