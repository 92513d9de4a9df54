"""Silence that any device in order can decode: it warms a model up, and tells a bad device from bad files."""

from dataclasses import dataclass

import numpy as np
import structlog

from transcriber.audio.windows import SAMPLE_RATE, Window
from transcriber.engine.recognizer import Recognizer
from transcriber.engine.scheduling.rows import Row
from transcriber.engine.scheduling.scheduler import Schedule
from transcriber.model.backend import Backend

log = structlog.get_logger()
SECONDS = 2


@dataclass(eq=False)
class Nobody:
    """Whose rows they are."""

    bulk: bool = False


class Canary:
    """Goes through one device as a batch of its own."""

    def __init__(self, backend: Backend, recognizer: Recognizer) -> None:
        self._backend = backend
        self._recognizer = recognizer
        self._mel = backend.features(np.zeros(SECONDS * SAMPLE_RATE, np.float32))

    def warm_up(self, schedule: Schedule) -> None:
        """One small and one full batch: kernels are compiled, buffers allocated.

        Batches that do not fit into the device's memory make the schedule's smaller. Raises what the backend raises.
        """
        self._sing(1)
        while not self._fits(schedule):
            log.warning("warm_up.out_of_memory", rows=schedule.batch_size)

    def lives(self) -> bool:
        """Whether the device can still decode anything."""
        try:
            self._sing(1)
        except (RuntimeError, ValueError, MemoryError):
            return False
        return True

    def _fits(self, schedule: Schedule) -> bool:
        rows = schedule.batch_size
        try:
            self._sing(rows)
        except (RuntimeError, MemoryError) as error:
            if rows == 1 or self._backend.fault(error) != "out_of_memory":
                raise
            schedule.shrink(self._rows(rows))
            return False
        return True

    def _sing(self, rows: int) -> None:
        self._recognizer.recognize(self._rows(rows))

    def _rows(self, count: int) -> list[Row]:
        return [Row(Nobody(), Window(0, SECONDS, ()), self._mel) for _ in range(count)]
