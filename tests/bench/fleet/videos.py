"""What arrives in a day, and how much work each video is."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

DAY_S, HOUR_S = 86_400.0, 3600.0
GPU_TIMES_REAL = 70.0  # a T4, large-v3, five beams
AROUND_S = 260.0  # download, draft and publish of an hour's lecture: network and language model, no GPU
SHORTEST_S, LONGEST_S = 600.0, 4 * 3600.0


@dataclass(frozen=True)
class Load:
    """What arrives: `a_day` spread over the day as people are awake, a playlist at six, premieres told hours ahead."""

    a_day: int
    playlist: int = 0
    premieres: int = 0
    spot_losses_a_day: float = 0.0


@dataclass
class Video:
    """One message: seen from `due_s` on, in the queue since `sent_s`."""

    sent_s: float
    due_s: float
    length_s: float
    around_s: float = 0.0
    gpu_s: float = 0.0

    def begin(self) -> None:
        """Nothing of an attempt that was cut off counts, to be on the safe side: in truth finished stages are kept."""
        self.around_s = AROUND_S * (0.5 + 0.5 * self.length_s / HOUR_S)
        self.gpu_s = self.length_s / GPU_TIMES_REAL


def arrivals(load: Load, chance: random.Random) -> Iterator[Video]:
    """A day's, in no order: most by day, few by night."""
    for _ in range(load.a_day):
        at_s = chance.uniform(0, DAY_S)
        while chance.random() > 0.55 + 0.45 * math.sin(2 * math.pi * (at_s / DAY_S - 0.25)):
            at_s = chance.uniform(0, DAY_S)
        yield Video(at_s, at_s, _length_s(chance))
    for _ in range(load.playlist):
        yield Video(DAY_S / 4, DAY_S / 4, _length_s(chance))
    for _ in range(load.premieres):
        at_s = chance.uniform(0, DAY_S / 2)
        yield Video(at_s, at_s + chance.uniform(2, 10) * HOUR_S, _length_s(chance))


def _length_s(chance: random.Random) -> float:
    """An hour on average."""
    return min(LONGEST_S, max(SHORTEST_S, chance.lognormvariate(math.log(HOUR_S) - 0.125, 0.5)))
