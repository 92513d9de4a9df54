"""The handle that `Engine.submit` gives: one listener of one job."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass

from transcriber import errors
from transcriber.schemas import Done, EngineEvent


@dataclass(frozen=True)
class Outlook:
    """Where a run stands now: the seconds it will still take, and the files that came before it and are not done."""

    eta_s: float
    ahead: int


class Run:
    """Read `events`, or `cancel`. To be made on the event loop, whose tasks read it.

    `request_id` names the client in the log. `eta_s` predicts the seconds until the last event, as of the submission;
    `outlook` predicts them anew. `bulk` lets others go first. `on_leave` is called once, when the client waits no more,
    `on_yield` when `bulk` was set.
    """

    def __init__(self, request_id: str, eta_s: float, on_leave: "Callable[[Run], None]", *, bulk: bool = False) -> None:
        self.request_id = request_id
        self.eta_s = eta_s
        self.bulk = bulk
        self.on_yield: Callable[[], None] = lambda: None
        self.outlook: Callable[[], Outlook] = lambda: Outlook(eta_s, 0)
        self._on_leave = on_leave
        self._left = False
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[EngineEvent | errors.TranscriberError] = asyncio.Queue()

    async def events(self) -> AsyncIterator[EngineEvent]:
        """Info, then segments and progress as they come, in the file's order, then Done.

        Raises a TranscriberError where it fails: MediaError for the file, ModelError or DeviceLost for the model,
        Draining, TookTooLong or Cancelled. Leaving the loop early cancels.
        """
        try:
            while True:
                event = await self._events.get()
                if isinstance(event, errors.TranscriberError):
                    raise event
                yield event
                if isinstance(event, Done):
                    return
        finally:
            self.cancel()

    def cancel(self) -> None:
        """This client waits no more. Safe to call twice, and after the end.

        When nobody else waits for the same file, its windows leave the queue before the next batch.
        """
        if not self._left:
            self._left = True
            self._events.put_nowait(errors.Cancelled("the client left"))
            self._on_leave(self)

    def let_others_go_first(self) -> None:
        """Nobody is there to wait for it now: as long as that is so of all its listeners, the file is bulk."""
        self.bulk = True
        self.on_yield()

    def put(self, event: EngineEvent | errors.TranscriberError) -> None:
        """Deliver an event, from any thread; once the loop is closed nobody listens."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)
