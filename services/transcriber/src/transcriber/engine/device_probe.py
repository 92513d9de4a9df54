"""Silence that any device in order can decode: it warms a model up, and tells a bad device from bad files."""

from dataclasses import dataclass

import numpy as np
import structlog

from transcriber.audio.windows import SAMPLE_RATE, Span, Window
from transcriber.engine.recognizer import Recognizer
from transcriber.engine.scheduling.backlog import Backlog
from transcriber.engine.scheduling.rows import Row
from transcriber.model.backend import Backend

log = structlog.get_logger()
SECONDS = 2


@dataclass(eq=False)
class Nobody:
    """Whose rows they are."""

    bulk: bool = False
    audio_s: float = 0.0


class DeviceProbe:
    """Goes through one device as a batch of its own: a file's rows are never in it."""

    def __init__(self, backend: Backend, recognizer: Recognizer) -> None:
        self._backend = backend
        self._recognizer = recognizer
        self._mel = backend.features(np.zeros(SECONDS * SAMPLE_RATE, np.float32))

    def warm_up(self, backlog: Backlog) -> None:
        """One window, and on a GPU times of words and a full batch: kernels are compiled, buffers allocated.

        Batches that do not fit into a GPU's memory make the backlog's smaller. A processor takes seconds for a full
        batch, and would not say that it does not fit. Raises what the backend raises.
        """
        self._probe(1)
        if self._backend.device == "cpu":
            return
        self._recognizer.check_times(self._mel)
        while not self._fits(backlog):
            log.warning("warm_up.out_of_memory", rows=backlog.batch_size)

    def lives(self) -> bool:
        """Whether the device can still decode anything."""
        try:
            self._probe(1)
        except (RuntimeError, ValueError, MemoryError):
            return False
        return True

    def _fits(self, backlog: Backlog) -> bool:
        count = backlog.batch_size
        try:
            self._probe(count)
        except (RuntimeError, MemoryError) as error:
            if count == 1 or self._backend.fault(error) != "out_of_memory":
                raise
            backlog.did_not_fit(self._silent_rows(count))
            return False
        return True

    def _probe(self, count: int) -> None:
        self._recognizer.recognize(self._silent_rows(count))

    def _silent_rows(self, count: int) -> list[Row[Nobody]]:
        return [Row(Nobody(), Window(0, SECONDS, (Span(0, SECONDS, 0),)), self._mel) for _ in range(count)]
