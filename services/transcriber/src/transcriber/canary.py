"""Silence that any device in order can decode: it warms a model up, and tells a bad device from bad files."""

from dataclasses import dataclass

import numpy as np

from transcriber.backend import Backend
from transcriber.recognizer import Recognizer
from transcriber.rows import Row
from transcriber.windows import SAMPLE_RATE, Window

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

    def rows(self, count: int) -> list[Row]:
        """A batch."""
        return [Row(Nobody(), Window(0, SECONDS, ()), self._mel) for _ in range(count)]

    def sing(self, count: int = 1) -> None:
        """Decode such a batch. Raises what the backend raises."""
        self._recognizer.recognize(self.rows(count))

    def lives(self) -> bool:
        """Whether the device can still decode anything."""
        try:
            self.sing()
        except (RuntimeError, ValueError, MemoryError):
            return False
        return True
