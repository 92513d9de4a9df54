"""How many videos may be in each stage at one time, and how many may wait for a transcriber."""

import asyncio
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager

from consumer.models import Stage

LIMITS: Mapping[Stage, int] = {"download": 3, "audio": 2, "study": 4, "publish": 2}
"""Of one consumer. How many are transcribed at one time is for the transcribers to say."""
LIMITS_BATCHED: Mapping[Stage, int] = {stage: most for stage, most in LIMITS.items() if stage != "study"}
"""Where study material is ordered by the batch: who waits for an order is in nobody's way."""
AHEAD = 4
"""Videos on their way to a transcriber: as many as are downloaded at one time, and one that is ready."""


class Slots:
    """`ahead` bounds what is received beside what is being heard and written; `moved` is set when there may be room."""

    def __init__(self, ahead: int = AHEAD, limits: Mapping[Stage, int] = LIMITS) -> None:
        self.moved = asyncio.Event()
        self._ahead = ahead
        self._places = {stage: asyncio.Semaphore(most) for stage, most in limits.items()}
        self._past = 0

    def room(self, in_flight: int) -> int:
        """How many more videos can soon be worked on, beside so many."""
        return max(0, self._ahead - (in_flight - self._past))

    @contextmanager
    def turn(self) -> Generator["Turn"]:
        """One video's way through the stages."""
        turn = Turn(self)
        try:
            yield turn
        finally:
            self.count(-int(turn.is_past))

    @asynccontextmanager
    async def taken(self, stage: Stage) -> AsyncGenerator[None]:
        """A place in a stage, waited for in turn."""
        if stage not in self._places:
            yield
            return
        async with self._places[stage]:
            yield

    def count(self, past: int) -> None:
        """So many more have come to a transcriber."""
        self._past += past
        self.moved.set()


class Turn:
    """`is_past` once a transcriber has use for the video, or none needs to hear it."""

    def __init__(self, slots: Slots) -> None:
        self.is_past = False
        self.slots = slots

    def passes(self) -> None:
        """It waits for no transcriber any more: another video may be received."""
        if not self.is_past:
            self.is_past = True
            self.slots.count(1)
