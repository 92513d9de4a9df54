"""The consumer's life: start, receive while there is room, one task a message, and an orderly end."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from consumer.clients.sqs import Message, Queue
from consumer.database.videos import Videos
from consumer.errors import Dependency, LecternError
from consumer.trace import note, trace_of
from consumer.worker.handler import Handler, RunJob
from consumer.worker.retry_policy import RetryPolicy
from consumer.worker.world import World

log = structlog.get_logger()
LAST_WORDS_S = 15.0  # after the drain: answers that are paid for arrive, and messages are given back
GIVE_BACK_S = 5.0


@dataclass(frozen=True)
class WorkerSettings:
    """Sizes and times of one worker, which rows know as `owner`.

    `max_receives` is how often the queue delivers a message, None for ever.
    """

    owner: str
    concurrency: int
    retry: RetryPolicy
    max_receives: int | None
    lease_s: float
    poll_s: int
    drain_s: float


class Gate(Protocol):
    """Says how much work is wanted; `moved` is set when that may have changed."""

    moved: asyncio.Event

    def room(self, in_flight: int) -> int:
        """How many more messages can soon be worked on, beside so many."""
        ...


class Worker:
    """`run` until `handle_exit` is called. `run_job` does what a message asks for, `world` is what every video needs.

    `gate` bounds what is received beside the settings' `concurrency`, which is the ceiling.
    `forget` is told the video that no attempt will come back to. `hurry` is set when nothing may be waited for.
    """

    def __init__(
        self,
        queue: Queue,
        videos: Videos,
        run_job: RunJob,
        settings: WorkerSettings,
        *,
        world: World,
        gate: Gate | None = None,
        forget: Callable[[str], None] = lambda _: None,
        hurry: asyncio.Event | None = None,
    ) -> None:
        self.health = world.health
        self._queue = queue
        self._settings = settings
        self._world = world
        self._gate = gate
        self._handler = Handler(
            queue,
            videos,
            run_job,
            world=world,
            owner=settings.owner,
            lease_s=settings.lease_s,
            retry=settings.retry,
            max_receives=settings.max_receives,
            forget=forget,
        )
        self._stop = asyncio.Event()
        self._hurry = hurry or asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._probe: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Receive and work until told to stop; then drain."""
        log.info("worker.started", owner=self._settings.owner, concurrency=self._settings.concurrency)
        try:
            await self._main_loop()
        finally:
            await self._shutdown()

    def handle_exit(self) -> None:
        """Stop receiving, let work finish within the grace, release the rest; called again, cut the grace short.

        Safe to call from a signal handler.
        """
        if self._stop.is_set():
            self._hurry.set()
        self._stop.set()

    async def _main_loop(self) -> None:
        while not self._stop.is_set():
            self.health.turned_at = time.monotonic()
            if self._world.is_broken and not await self._rested():
                continue
            free = self._free()
            if free <= 0:
                await self._until_room()
                continue
            for message in await self._receive():
                self._begin(message)

    def _free(self) -> int:
        """How many messages may be taken. One at a time tries whether what was broken is mended, beside old jobs."""
        in_flight = len(self._tasks)
        room = self._settings.concurrency - in_flight
        if self._gate is not None:
            self._gate.moved.clear()
            room = min(room, self._gate.room(in_flight))
        if not self._world.is_broken:
            return room
        return min(room, int(self._probe is None or self._probe.done()))

    async def _receive(self) -> list[Message]:
        """One at a time: consumers that come to a short queue together share it, and a lecture takes minutes anyway.

        A poll cannot be cancelled: at a stop it is waited out, and what it brought goes straight back. Only in a hurry
        it is left alone; what it brings then comes back after its lease.
        """
        poll = asyncio.create_task(self._queue.receive(1, self._settings.poll_s, self._settings.lease_s))
        await self._until(self._hurry, {poll})
        if not poll.done():
            poll.cancel()
            return []
        try:
            messages = await poll
        except LecternError as error:
            await self._world.broken(Dependency.QUEUE, error)
            return []
        await self._world.mended(Dependency.QUEUE)
        self.health.polled_at = time.monotonic()
        if self._stop.is_set():
            await asyncio.gather(*(self._handler.give_back(message, 0) for message in messages))
            return []
        return messages

    def _begin(self, message: Message) -> None:
        task = asyncio.create_task(self._handle(message), name=f"message {message.id}")
        self._tasks.add(task)
        self._probe = task if self._world.is_broken else None
        self.health.in_flight = len(self._tasks)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.health.in_flight = len(self._tasks)

    async def _handle(self, message: Message) -> None:
        """One message from its receive to its end."""
        trace = trace_of(message.traceparent, message.id)
        named = structlog.contextvars.bound_contextvars(message=message.id, trace_id=trace.trace_id)
        with trace.entered(message.id), named:
            try:
                outcome = await self._handler.handle(message)
            except asyncio.CancelledError:
                await self._handler.give_back(message, 0)
                raise
            # The boundary per message: a bug in our code must not take the other messages down. The message comes
            # back after its lease, and SQS's receive count bounds how often.
            except Exception as error:
                log.exception("message.crashed", error=repr(error))
                outcome = "crashed"
            self.health.count(outcome)
            note(outcome=outcome)
            log.info("message.ended", outcome=outcome)

    async def _rested(self) -> bool:
        """Receive nothing for a while; whether a single message may be tried then."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), self._world.pause_s)
        return not self._stop.is_set() and await self._world.probe()

    async def _until_room(self) -> None:
        """Until a task has ended, the gate has moved, or the stop has come."""
        if self._gate is None:
            return await self._until(self._stop, self._tasks)
        moved = asyncio.create_task(self._gate.moved.wait())
        await self._until(self._stop, {moved, *self._tasks})
        moved.cancel()
        return None

    async def _until(self, event: asyncio.Event, tasks: Iterable[asyncio.Task[Any]]) -> None:
        """Until one task has ended, or the event has come."""
        come = asyncio.create_task(event.wait())
        await asyncio.wait({come, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        come.cancel()

    async def _shutdown(self) -> None:
        log.info("worker.draining", in_flight=len(self._tasks), grace_s=self._settings.drain_s)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.drain_s):
                while self._tasks and not self._hurry.is_set():
                    await self._until(self._hurry, self._tasks)
        unfinished = list(self._tasks)
        for task in unfinished:
            task.cancel("shutting down")
        if unfinished:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS_S):
                    while self._tasks and not self._hurry.is_set():
                        await self._until(self._hurry, self._tasks)
            self._hurry.set()
            await asyncio.wait(unfinished, timeout=GIVE_BACK_S)
        log.info("worker.stopped", released=len(unfinished))
