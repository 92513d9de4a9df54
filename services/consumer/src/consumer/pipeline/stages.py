"""Times the stages and passes their progress on."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import structlog

from consumer import trace
from consumer.errors import TransientError
from consumer.models import Progress, Stage
from consumer.pipeline.slots import Turn

log = structlog.get_logger()


class StageTimer:
    """`async with watch.stage(name) as progress:` around each stage; `seconds` by stage afterwards.

    A stage begins when `turn` has a place in it.
    """

    def __init__(
        self,
        report: Callable[[Stage, float], None],
        begin: Callable[[Stage], Awaitable[None]],
        observe: Callable[[Stage, float], None],
        turn: Turn,
    ) -> None:
        self.seconds: dict[str, float] = {}
        self.turn = turn
        self._observe = observe
        self._report = report
        self._begin = begin

    @asynccontextmanager
    async def stage(self, name: Stage) -> AsyncGenerator[Progress]:
        """Tell that a stage begins, how far it is, and how long it took."""
        async with self.turn.slots.taken(name):
            try:
                await self._begin(name)
            except TransientError as error:
                log.warning("stage.not_recorded", stage=name, error=str(error))  # a line of the history, not of work
            self._report(name, 0.0)
            started = time.monotonic()
            with trace.span(name):
                yield partial(self._report, name)
            self.seconds[name] = time.monotonic() - started
        self._observe(name, self.seconds[name])
        self._report(name, 1.0)
        log.info("stage.done", stage=name, seconds=round(self.seconds[name], 2))
