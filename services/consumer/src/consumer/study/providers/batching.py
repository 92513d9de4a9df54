"""Batches of requests at half price: gathered from all who ask within seconds, waited for by all who ordered.

Nothing here knows an API. What is ordered is named by an `Order`, which outlives the process that placed it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Generic, Protocol, TypeVar, runtime_checkable

from consumer.errors import LecternError, NotYet
from consumer.models import Record
from consumer.study.schema import Draft, StudyRequest

MOST_ENTRIES = 500
"""Of one batch: some hundred MB, where Anthropic takes 256."""
Outcome = TypeVar("Outcome")


class Order(Record):
    """One request of a batch, by the API's id of the batch and our name of the request in it."""

    batch: str
    entry: str


@runtime_checkable
class BatchProvider(Protocol):
    """A provider that also takes requests by the batch."""

    async def order(self, request: StudyRequest) -> Order:
        """Have the request worked on. Raises like `StudyProvider.write`; then nothing is worked on."""
        ...

    async def collect(self, order: Order, request: StudyRequest) -> Draft | LecternError:
        """The answer, or why this order will never bring one.

        Waits for it. Raises NotYet where that takes too long, TransientError or EnvironmentFault where nobody can
        tell: then the order stands.
        """
        ...


@dataclass(frozen=True)
class Pace:
    """Seconds: what is asked within `gather_s` goes together; how often a batch is looked at, and for how long.

    Most batches end within an hour, each within a day.
    """

    gather_s: float = 5.0
    poll_s: float = 60.0
    wait_s: float = 7200.0
    back_s: float = 3600.0


@dataclass
class _Group:
    requests: list[StudyRequest] = field(default_factory=list[StudyRequest])
    posted: "asyncio.Task[str] | None" = None


@dataclass
class _Watch(Generic[Outcome]):
    task: "asyncio.Task[Mapping[str, Outcome]]"
    people: int = 0


class Batches(Generic[Outcome]):
    """The batches of one process: each is posted once and polled once, however many wait for it.

    `create` posts requests, by entry, and gives the batch's id. `look` gives the outcomes by entry, None while the
    batch is worked on. Both raise like a provider.
    """

    def __init__(
        self,
        create: Callable[[Mapping[str, StudyRequest]], Awaitable[str]],
        look: Callable[[str], Awaitable[Mapping[str, Outcome] | None]],
        pace: Pace,
    ) -> None:
        self._create = create
        self._look = look
        self._pace = pace
        self._gathering: _Group | None = None
        self._watched: dict[str, _Watch[Outcome]] = {}

    async def order(self, request: StudyRequest) -> Order:
        """Put the request into the next batch, and wait until that is posted."""
        group = self._gathering or _Group()
        self._gathering = group
        entry = _entry(len(group.requests))
        group.requests.append(request)
        if group.posted is None:
            group.posted = asyncio.create_task(self._post(group))
        if len(group.requests) == MOST_ENTRIES:
            self._gathering = None
        return Order(batch=await asyncio.shield(group.posted), entry=entry)

    async def outcome(self, order: Order) -> Outcome | None:
        """What became of an order, once its batch has ended; None where the batch does not know it."""
        watch = self._watched.get(order.batch)
        if watch is None:
            self._watched[order.batch] = watch = _Watch(asyncio.create_task(self._ended(order.batch)))
        watch.people += 1
        try:
            return (await asyncio.shield(watch.task)).get(order.entry)
        finally:
            watch.people -= 1
            if not watch.people and self._watched.get(order.batch) is watch:
                del self._watched[order.batch]
                watch.task.cancel()

    async def _post(self, group: _Group) -> str:
        await asyncio.sleep(self._pace.gather_s)
        if self._gathering is group:
            self._gathering = None
        return await self._create(_named(group.requests))

    async def _ended(self, batch: str) -> Mapping[str, Outcome]:
        given_back = time.monotonic() + self._pace.wait_s
        while (outcomes := await self._look(batch)) is None:
            if time.monotonic() >= given_back:
                until = datetime.now(UTC) + timedelta(seconds=self._pace.back_s)
                words = "cards and quiz were ordered at half price (STUDY_BATCHES), and that takes long today"
                raise NotYet(words, code="batch", until=until)
            await asyncio.sleep(self._pace.poll_s)
        return outcomes


def _named(requests: Sequence[StudyRequest]) -> dict[str, StudyRequest]:
    return {_entry(at): request for at, request in enumerate(requests)}


def _entry(at: int) -> str:
    return f"request-{at}"
