"""Asks a provider many things at once, keeps count of what they cost, and stops politely after a failure."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from consumer.errors import LecternError
from consumer.material import Usage
from consumer.models import Progress
from consumer.study.providers import StudyProvider
from consumer.study.schema import Draft, StudyRequest

MOST_AT_ONCE, MOST_ORDERED = 4, 500
"""Of the requests about one lecture: those that are answered at once, and those that go into one batch."""
NOTES = frozenset({"write", "repair"})
Work = TypeVar("Work")
Made = TypeVar("Made")


class Desk:
    """All that is asked about one lecture. `usage` is by stage; `drafts` are all answers, for what they warn of.

    `malformed` counts notes that were written and could not be used.
    """

    def __init__(self, provider: StudyProvider, on_progress: Progress, at_once: int = MOST_AT_ONCE) -> None:
        self.usage: dict[str, Usage] = {}
        self.drafts: list[Draft] = []
        self.malformed = 0
        self._provider = provider
        self._on_progress = on_progress
        self._at_once = at_once
        self._failure: LecternError | None = None
        self._done, self._until, self._step = 0.0, 0.0, 0.0

    @property
    def progress(self) -> float:
        """Of all that is asked about the lecture, 0 to 1."""
        return self._until

    async def each(
        self, work: Sequence[Work], do: Callable[[Work], Awaitable[Made]], *, requests: int, until: float
    ) -> list[Made]:
        """Do it for all, a few at a time; `requests` answers bring the progress to `until`.

        After a failure nothing new is asked, and what is under way is waited for: it is paid for, and the next attempt
        need not pay again. Then the first failure is raised.
        """
        self._done, self._until = self._until, until
        self._step = (until - self._done) / max(requests, 1)
        slots = asyncio.Semaphore(self._at_once)

        async def one(piece: Work) -> Made:
            async with slots:
                return await do(piece)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(piece)) for piece in work]
        if self._failure:
            raise self._failure
        self._on_progress(until)
        return [task.result() for task in tasks]

    async def ask(self, stage: str, request: StudyRequest) -> Draft:
        """One answer; an empty one after a failure, which `each` raises."""
        if self._failure:
            return Draft()
        try:
            draft = await self._provider.write(request)
        except LecternError as error:
            self._failure = self._failure or error
            return Draft()
        self.drafts.append(draft)
        self.malformed += draft.malformed if stage in NOTES else 0
        self.usage[stage] = total([self.usage.get(stage, Usage()), draft.usage])
        self._done = min(self._done + self._step, self._until)
        self._on_progress(self._done)
        return draft


def total(usages: Iterable[Usage]) -> Usage:
    """The sum of what was used and what it cost."""
    counted = list(usages)
    return Usage(
        input_tokens=sum(usage.input_tokens for usage in counted),
        output_tokens=sum(usage.output_tokens for usage in counted),
        cached_tokens=sum(usage.cached_tokens for usage in counted),
        cost_usd=round(sum(usage.cost_usd for usage in counted), 6),
    )
