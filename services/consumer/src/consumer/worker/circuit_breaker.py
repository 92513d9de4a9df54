"""Opens when everything would fail here and now: then nothing is received, and one message at a time is tried later."""

import structlog

from consumer.errors import LecternError
from consumer.observability.health import Health, Part

log = structlog.get_logger()
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 300.0


class Breaker:
    """Each part is closed by its own success: a good poll says nothing about YouTube. `pause_s` grows while open."""

    def __init__(self, health: Health, first_pause_s: float = FIRST_PAUSE_S) -> None:
        self._health = health
        self._first_pause_s = first_pause_s
        self.pause_s = first_pause_s

    @property
    def is_open(self) -> bool:
        """Whether the environment is broken, as far as we know."""
        return bool(self._health.faults)

    def open(self, part: Part, error: LecternError) -> None:
        """A part is broken, or still is."""
        if self.is_open:
            self.pause_s = min(2 * self.pause_s, LONGEST_PAUSE_S)
        self._health.faults[part] = str(error)
        log.error("environment.broken", part=part, error=str(error), pause_s=self.pause_s)

    def close(self, part: Part) -> None:
        """A part has worked."""
        if self._health.faults.pop(part, None) is not None:
            log.info("environment.mended", part=part)
        if not self.is_open:
            self.pause_s = self._first_pause_s
