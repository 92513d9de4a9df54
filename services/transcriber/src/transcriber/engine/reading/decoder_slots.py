"""Whose file may be opened: an open file holds a decoder process until it is read to its end, paused or not."""

import threading
import time
from collections import Counter
from collections.abc import Callable

from transcriber.engine.job import Job
from transcriber.engine.reading.intake import Intake

LONG_S = 300.0


class DecoderSlots:
    """At most `slots` files are open; the others wait, interactive before bulk, else first come, first served.

    Long files leave a quarter of the slots to short ones, bulk leaves half to interactive ones, and these leave an
    eighth to bulk: so a clip need not wait for the end of a lecture, and nothing waits for ever. `waited` is told how
    long each file waited, in seconds. Thread-safe.
    """

    def __init__(self, slots: int, waited: Callable[[float], None] = lambda _: None) -> None:
        self._most = {
            "any": slots,
            "long": max(1, slots * 3 // 4),
            "bulk": max(1, slots // 2),
            "interactive": max(1, slots * 7 // 8),
        }
        self._lock = threading.Lock()
        self._waited = waited
        self._waiting: dict[Intake, float] = {}
        self._open: dict[Intake, list[str]] = {}

    def acquire(self, intake: Intake) -> list[Intake]:
        """A file wants to be opened; the files that may be opened now."""
        with self._lock:
            self._waiting[intake] = time.monotonic()
            return self._admitted()

    def release(self, intake: Intake) -> list[Intake]:
        """A file is closed; the files that may be opened now."""
        with self._lock:
            self._open.pop(intake, None)
            return self._admitted()

    def _admitted(self) -> list[Intake]:
        admitted = [intake for intake in sorted(self._waiting, key=lambda each: each.job.bulk) if self._takes(intake)]
        for intake in admitted:
            self._waited(time.monotonic() - self._waiting.pop(intake))
        return admitted

    def _takes(self, intake: Intake) -> bool:
        """Whether there is a slot, which is then taken; a job that has ended needs none, only to be told."""
        kinds = [] if intake.job.ended else _kinds(intake.job)
        taken = Counter(kind for each in self._open.values() for kind in each)
        if any(taken[kind] >= self._most[kind] for kind in kinds):
            return False
        self._open[intake] = kinds
        return True


def _kinds(job: Job) -> list[str]:
    kinds = ["any", "bulk" if job.bulk else "interactive"]
    return [*kinds, "long"] if job.audio_s > LONG_S else kinds
