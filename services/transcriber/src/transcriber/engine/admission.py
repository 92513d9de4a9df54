"""How much work waits, how long it will take, and whether there is room for more."""

import math
import threading
from collections.abc import Iterable

from transcriber.errors import Overloaded

PRIOR_SPEED = {"cuda": 40.0, "cpu": 4.0}  # times real time, believed until measured
WEIGHT = 0.2  # of the newest full batch in the moving average
FAIR_SHARE = 1 / 8  # half of every fourth batch goes by turns, whoever has how much left
BYTES_A_SECOND = 16_000  # of a compressed lecture, where nothing says how long it is
SLOWEST = 0.01  # times real time; only keeps a prediction finite


class Admission:
    """Bounds the queue in predicted seconds; `models` model threads on one kind of `device`, "cuda" or "cpu".

    Thread-safe.
    """

    def __init__(self, device: str, models: int, max_queue_s: float) -> None:
        self._lock = threading.Lock()
        self._models = models
        self._speed = PRIOR_SPEED.get(device, PRIOR_SPEED["cpu"])
        self._measured = 0
        self._max_queue_s = max_queue_s

    @property
    def speed(self) -> float:
        """Seconds of audio a second, all models together."""
        return max(SLOWEST, self._speed * self._models)

    def measured(self, audio_s: float, busy_s: float, fill: float) -> None:
        """One model took `busy_s` for a batch of `audio_s` seconds that was full to `fill`, 0 to 1.

        An almost empty batch says little about a queue's speed, and the first figures replace the prior quickly.
        """
        if busy_s <= 0:
            return
        with self._lock:
            self._measured += 1
            weight = fill * max(WEIGHT, 1 / (self._measured + 1))
            self._speed += weight * (audio_s / busy_s - self._speed)

    def predicted_s(self, queued_audio_s: float) -> float:
        """Seconds until that much audio is transcribed."""
        return queued_audio_s / self.speed

    def eta_s(self, audio_s: float, others_s: Iterable[float]) -> float:
        """Seconds until a file of `audio_s` is done beside others of which so much is left: who has less goes first."""
        others = list(others_s)
        first_s = self.predicted_s(audio_s + sum(left for left in others if left <= audio_s))
        return first_s / (1 - FAIR_SHARE) if any(left > audio_s for left in others) else first_s

    def check(self, queued_audio_s: float) -> None:
        """Raises Overloaded where what is queued already takes longer than allowed."""
        wait = self.predicted_s(queued_audio_s)
        if wait > self._max_queue_s:
            raise Overloaded(
                f"{wait:.0f} s of work are queued and {self._max_queue_s:.0f} s are allowed: try again later",
                retry_after_s=max(1, math.ceil(wait - self._max_queue_s)),
            )
