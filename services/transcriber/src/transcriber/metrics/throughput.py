"""How fast and how busy the model has been in the last minute."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

LATELY_S = 60.0


@dataclass(frozen=True)
class Batch:
    """One batch of one model thread."""

    ended_at: float
    rows: int
    busy_s: float
    audio_s: float

    @property
    def began_at(self) -> float:
        """By the same clock as `ended_at`."""
        return self.ended_at - self.busy_s


class Lately:
    """Batches of the last minute, of `models` threads; added by them, read by others."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.models = 1
        self._clock = clock
        self._since = clock()
        self._batches: deque[Batch] = deque(maxlen=10_000)

    def add(self, rows: int, busy_s: float, audio_s: float) -> None:
        """A batch has just ended."""
        self._batches.append(Batch(self._clock(), rows, busy_s, audio_s))

    @property
    def speed(self) -> float:
        """Seconds of audio a second in which any model thread worked; 0 where none did."""
        worked_s, until = 0.0, 0.0
        recent = sorted(self._recent(), key=lambda batch: batch.began_at)
        for batch in recent:
            worked_s += max(0.0, batch.ended_at - max(batch.began_at, until))
            until = max(until, batch.ended_at)
        return sum(batch.audio_s for batch in recent) / worked_s if worked_s else 0.0

    @property
    def windows_a_second(self) -> float:
        """Windows a second of the clock."""
        return sum(batch.rows for batch in self._recent()) / self._span_s()

    @property
    def busy(self) -> float:
        """0 to 1: the share of their time that the model threads worked."""
        return min(1.0, sum(batch.busy_s for batch in self._recent()) / self._span_s() / self.models)

    def _span_s(self) -> float:
        return max(1.0, min(LATELY_S, self._clock() - self._since))

    def _recent(self) -> list[Batch]:
        oldest = self._clock() - LATELY_S
        return [batch for batch in list(self._batches) if batch.ended_at > oldest]
