"""The samples of a file that some window may still need, and no others."""

from collections.abc import Sequence

import numpy as np

from transcriber.audio.windows import Samples


class SampleBuffer:
    """Samples are appended at its end, and addressed by their position in the file; what is not kept is forgotten.

    `end` is the position after the last sample.
    """

    def __init__(self) -> None:
        self.end = 0
        self._parts: list[tuple[int, Samples]] = []

    @property
    def samples(self) -> int:
        """How many are held."""
        return sum(len(part) for _, part in self._parts)

    def append(self, samples: Samples) -> None:
        """Add the samples that follow in the file: one dimension, any number."""
        self._parts.append((self.end, samples))
        self.end += len(samples)

    def cut(self, start: int, end: int) -> Samples:
        """The samples from position `start` to before `end`, all of which must have been kept."""
        return np.concatenate([part for _, part in self._within(start, end)])

    def keep(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Forget all samples outside of these (start, end), which are in order and may overlap."""
        kept: list[tuple[int, Samples]] = []
        done = 0
        for start, end in ranges:
            kept += self._within(max(start, done), end)
            done = max(done, end)
        # A view would hold on to the whole block.
        self._parts = [(at, part if part.base is None else part.copy()) for at, part in kept]

    def _within(self, start: int, end: int) -> list[tuple[int, Samples]]:
        found: list[tuple[int, Samples]] = []
        for at, part in self._parts:
            first, last = max(start, at), min(end, at + len(part))
            if first < last:
                found.append((first, part if last - first == len(part) else part[first - at : last - at]))
        return found
