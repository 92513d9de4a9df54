"""One message from its receive to its end: parse, claim, work, and the verdict for whatever went wrong.

No row is left open for ever. Attempts that run out (`max_attempts`) fail the row, and the message is deleted. Where the
queue's patience runs out first (`max_receives`: broken environments and kills count there as well), the last delivery
is not worked on, because nobody could say so if it were killed: it fails the row and goes to the dead letters. `lectern
redrive` sends them anew; `lectern submit` and a producer's new message do the same for one video.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

import structlog

from consumer.breaker import Breaker
from consumer.errors import (
    BadMessage,
    EnvironmentFault,
    LeaseLost,
    LecternError,
    NotYet,
    PolicyError,
    TransientError,
    VideoError,
)
from consumer.lease import Lease
from consumer.messages import parse
from consumer.models import Job
from consumer.seams import MessageQueue, VideoRows
from consumer.sqs import Message
from consumer.videos import Claim, Unclaimed

log = structlog.get_logger()
ENDED = ("completed", "failed", "rejected")
PREMIERE_S = 3600.0
BACKOFF = (1, 4, 20, 60)  # times `retry_s`: by default half a minute to half an hour
LONGEST_HELD_S = 3600.0

Work = Callable[[Job, Claim, Lease], Awaitable[None]]
"""The job itself (`pipeline.run`): takes the lease, does everything, completes the row. Raises LecternError."""


class Handler:
    """Works on messages, one call each; `owner` names this consumer in the rows."""

    def __init__(
        self,
        queue: MessageQueue,
        rows: VideoRows,
        work: Work,
        *,
        breaker: Breaker,
        owner: str,
        lease_s: float,
        max_attempts: int,
        max_receives: int | None = None,
        retry_s: float = 30.0,
    ) -> None:
        self._queue = queue
        self._rows = rows
        self._work = work
        self._breaker = breaker
        self._owner = owner
        self._lease_s = lease_s
        self._max_attempts = max_attempts
        self._max_receives = max_receives
        self._retry_s = retry_s

    async def handle(self, message: Message) -> str:
        """The outcome, for the record. A cancel (shutdown) spends no attempt and is raised on."""
        try:
            job = parse(message.body)
        except BadMessage as error:
            return await self._refuse(message, error)
        try:
            claim = await self._rows.claim(job, self._owner, self._lease_s, message.id)
        except LecternError as error:
            return await self._no_database(message, error)
        self._breaker.close("database")
        if isinstance(claim, Unclaimed):
            return await self._leave(message, claim)
        with structlog.contextvars.bound_contextvars(video=job.video_id, attempt=claim.token):
            if self._is_last(message):
                return await self._bury(message, claim)
            return await self._attempt(message, job, claim)

    def _is_last(self, message: Message) -> bool:
        """Whether the queue will not deliver this message again. One that delivers only once has to be worked on."""
        return self._max_receives is not None and message.receives >= self._max_receives > 1

    async def _bury(self, message: Message, claim: Claim) -> str:
        """The row says what is to become of the message: a dead letter, at once."""
        why = claim.said or "the work was cut off"
        words = f"given up after {message.receives} deliveries; the last time: {why}"
        log.error("message.dead", receives=message.receives, error=words)
        await self._give_up(claim, "failed", "failed", LecternError(words, code="dead_letter"), refund=True)
        await self._release(message, 0)
        return "dead_letter"

    async def _attempt(self, message: Message, job: Job, claim: Claim) -> str:
        log.info("attempt.started", number=claim.attempts)
        if claim.attempts > self._max_attempts:
            words = f"given up: the work was cut off {self._max_attempts} times without a word"
            return await self._settle(message, claim, VideoError(words, code="cut_off"))
        lease = Lease(_Held(self._queue, self._rows, message, claim), self._lease_s)
        try:
            await self._work(job, claim, lease)
        except LeaseLost as error:
            log.warning("lease.lost", reason=str(error))
            return "lease_lost"
        except LecternError as error:
            log.warning("attempt.failed", code=error.code, error=str(error))
            return await self._settle(message, claim, error)
        except asyncio.CancelledError:
            await self._give_up(claim, "queued", "interrupted", None, refund=True)
            raise
        self._breaker.close("work")
        await self._delete(message)
        return "completed"

    async def _settle(self, message: Message, claim: Claim, error: LecternError) -> str:
        """What becomes of the row and the message after an error, by its branch of the tree in `errors`."""
        give_up = partial(self._give_up, claim, error=error)
        match error:
            case VideoError():
                await give_up("failed", "failed", refund=False)
            case PolicyError() | BadMessage():
                await give_up("rejected", "rejected", refund=True)
            case NotYet():
                await give_up("scheduled", "scheduled", refund=True)
                await self._release(message, _seconds_until(error.until))
                return "scheduled"
            case EnvironmentFault():
                self._breaker.open("work", error)
                await give_up("queued", "environment", refund=True)
                await self._release(message, self._breaker.pause_s)
                return "environment"
            case _ if claim.attempts < self._max_attempts:
                await give_up("queued", "retry", refund=False)
                wanted = error.retry_after_s if isinstance(error, TransientError) else None
                await self._release(message, wanted or self._retry_s * BACKOFF[min(claim.attempts, len(BACKOFF)) - 1])
                return "retry"
            case _:
                words = LecternError(f"given up after {claim.attempts} attempts: {error}", code=error.code)
                await self._give_up(claim, "failed", "failed", words, refund=False)
                await self._delete(message)
                return "failed"
        self._breaker.close("work")
        await self._delete(message)
        return "rejected" if isinstance(error, PolicyError | BadMessage) else "failed"

    async def _give_up(
        self, claim: Claim, status: str, outcome: str, error: LecternError | None, *, refund: bool
    ) -> None:
        """The last write of an attempt survives a shutdown, and a lost lease makes it nobody's business."""
        code, text = (error.code, str(error)) if error else (None, None)
        write = self._rows.give_up(claim, status, outcome, code, text, refund=refund)
        try:
            await asyncio.shield(write)
        except LeaseLost:
            log.warning("lease.lost", reason="the row has another owner")
        except LecternError as failed:
            log.error("row.not_written", error=str(failed))  # the lease runs out, and the next attempt writes

    async def _refuse(self, message: Message, error: BadMessage) -> str:
        log.warning("message.bad", code=error.code, error=str(error), body=message.body[:200])
        try:
            if error.video_id is not None:
                await self._rows.reject(error.video_id, error.code, str(error))
        except LecternError as failed:
            return await self._no_database(message, failed)
        await self._delete(message)
        return "bad_message"

    async def _no_database(self, message: Message, error: LecternError) -> str:
        """Without a row nothing is begun and nothing is deleted."""
        self._breaker.open("database", error)
        await self._release(message, self._breaker.pause_s)
        return "environment"

    async def _leave(self, message: Message, claim: Unclaimed) -> str:
        """The video has its end, or somebody else works on it."""
        if claim.status in ENDED:
            log.info("message.duplicate", status=claim.status)
            await self._delete(message)
            return "duplicate"
        # Longer each time: a job of hours must not drive its duplicates into the dead letters.
        await self._release(message, min(LONGEST_HELD_S, (claim.held_s + 1) * 2 ** (message.receives - 1)))
        return "held"

    async def _release(self, message: Message, delay_s: float) -> None:
        """A message that cannot be released comes back when its lease has run out."""
        try:
            await self._queue.release(message, delay_s)
        except LecternError as error:
            log.warning("message.not_released", error=str(error))

    async def _delete(self, message: Message) -> None:
        """A message that cannot be deleted comes back and is found to be done."""
        try:
            await self._queue.delete(message)
        except LecternError as error:
            log.warning("message.not_deleted", error=str(error))


class _Held:
    """Both halves of one lease."""

    def __init__(self, queue: MessageQueue, rows: VideoRows, message: Message, claim: Claim) -> None:
        self._queue = queue
        self._rows = rows
        self._message = message
        self._claim = claim

    async def extend(self, seconds: float) -> None:
        await self._rows.extend(self._claim, seconds)
        await self._queue.extend(self._message, seconds)

    async def show(self, status: str, fraction: float) -> None:
        await self._rows.progress(self._claim, status, fraction)


def _seconds_until(until: datetime | None) -> float:
    if until is None:
        return PREMIERE_S
    return max(60.0, (until - datetime.now(UTC)).total_seconds())
