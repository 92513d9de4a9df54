"""Opens when everything would fail here and now: then nothing is received, and one message at a time is tried later."""

import structlog

from consumer.errors import Dependency, LecternError
from consumer.observability.health import LONGEST_REST_S, Health

log = structlog.get_logger()
FIRST_PAUSE_S = 5.0


class Breakers:
    """One a dependency, closed by its own success: a good poll says nothing about YouTube. Pauses grow while open."""

    def __init__(self, health: Health, first_pause_s: float = FIRST_PAUSE_S) -> None:
        self._health = health
        self._first_pause_s = first_pause_s
        self._pauses: dict[Dependency, float] = {}

    @property
    def open_ones(self) -> tuple[Dependency, ...]:
        """What is broken, as far as we know."""
        return tuple(self._pauses)

    @property
    def pause_s(self) -> float:
        """Until the next try; the longest where several are open."""
        return max(self._pauses.values(), default=self._first_pause_s)

    def open(self, dependency: Dependency, error: LecternError) -> None:
        """It is broken, or still is."""
        pause_s = min(2 * self._pauses.get(dependency, self._first_pause_s / 2), LONGEST_REST_S)
        self._pauses[dependency] = pause_s
        self._health.faults[dependency] = str(error)
        log.error("environment.broken", dependency=dependency, error=str(error), pause_s=pause_s)

    def close(self, dependency: Dependency) -> bool:
        """It has worked; whether it was open."""
        if self._pauses.pop(dependency, None) is None:
            return False
        del self._health.faults[dependency]
        log.info("environment.mended", dependency=dependency)
        return True
