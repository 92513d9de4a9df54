"""One message from its receive to its end: parse, claim, work, and the verdict for whatever went wrong.

No row is left open for ever, and no message becomes a dead letter for what is not its fault. The row counts the true
attempts, kills among them, and fails when they run out. The queue counts every delivery, those that a broken
environment, a premiere or a stopping consumer gave back too: its last one is not worked on but replaced by a copy of
the message. Dead letters are what the database does not take, and what ends a consumer before it can say anything.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog

from consumer.clients.sqs import Message, Queue
from consumer.database.videos import Claim, Unclaimed, Videos
from consumer.errors import (
    BadMessage,
    Dependency,
    LeaseLost,
    LecternError,
    NotYet,
    PolicyError,
    RowRefused,
    VideoError,
)
from consumer.models import Job, Outcome, Status
from consumer.worker.lease import Lease
from consumer.worker.messages import read_job
from consumer.worker.retry_policy import INTERRUPTED, RENEWED, RetryPolicy, lost
from consumer.worker.world import World

log = structlog.get_logger()

RunJob = Callable[[Job, Claim, Lease], Awaitable[None]]
"""The job itself (`pipeline.run`): takes the lease, does everything, completes the row. Raises LecternError."""


class Handler:
    """Works on messages, one call each.

    `owner` names this consumer in the rows; `lease_s` is how long it holds a video without a sign of life;
    `max_receives` how often the queue delivers a message (None: for ever). `forget` is told the video that no attempt
    will come back to.
    """

    def __init__(
        self,
        queue: Queue,
        videos: Videos,
        run_job: RunJob,
        *,
        world: World,
        owner: str,
        lease_s: float,
        retry: RetryPolicy,
        max_receives: int | None = None,
        forget: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._queue = queue
        self._videos = videos
        self._run_job = run_job
        self._world = world
        self._owner = owner
        self._lease_s = lease_s
        self._retry = retry
        self._max_receives = max_receives
        self._forget = forget

    async def handle(self, message: Message) -> str:
        """The outcome, for the record. A cancel (shutdown) spends no attempt and is raised on: then give it back."""
        try:
            job = await read_job(await self._queue.body(message), self._videos)
            claim = await self._videos.claim(job, self._owner, self._lease_s, message.id, message.sent_at)
        except BadMessage as error:
            return await self._refuse(message, error)
        except RowRefused as error:
            return await self._unfit(message, error)
        except LecternError as error:
            return await self._no_database(message, error)
        await self._world.mended(Dependency.DATABASE)
        if isinstance(claim, Unclaimed):
            return await self._leave(message, job, claim)
        with structlog.contextvars.bound_contextvars(video=job.video_id, attempt=claim.token):
            if self._is_last(message) and message.receives > 1:  # a queue that delivers once leaves no other chance
                return await self._end(message, claim, RENEWED)
            return await self._attempt(message, job, claim)

    async def give_back(self, message: Message, delay_s: float) -> None:
        """To come back after a while; where this was its last delivery, as a copy. A kill in between leaves both."""
        if not self._is_last(message):
            return await self._release(message, delay_s)
        try:
            await self._queue.send(message.body, delay_s, group=message.group)
        except LecternError as error:
            log.error("message.not_renewed", error=str(error))  # it becomes a dead letter: lectern redrive
            return None
        log.info("message.renewed", receives=message.receives)
        return await self._delete(message)

    async def _attempt(self, message: Message, job: Job, claim: Claim) -> str:
        log.info("attempt.started", number=claim.attempts)
        if claim.attempts > self._retry.max_attempts:
            return await self._end(message, claim, self._retry.cut_off())
        lease = Lease(_Held(self._queue, self._videos, message, claim), self._lease_s, held_since=message.received_at)
        try:
            await self._run_job(job, claim, lease)
        except LeaseLost as error:
            return await self._lost(message, claim, error)
        except LecternError as error:
            return await self._end(message, claim, await self._verdict(claim, error))
        except asyncio.CancelledError:
            await self._write(claim, INTERRUPTED)
            raise
        await self._delete(message)
        return Status.COMPLETED

    async def _lost(self, message: Message, claim: Claim, error: LeaseLost) -> str:
        """Where only the queue's half was lost, the database's is given back, or nobody could work until it ran out."""
        log.warning("lease.lost", reason=str(error))
        if await self._write(claim, lost(error)) is None:
            await self._release(message, 0)
        return "lease_lost"

    async def _verdict(self, claim: Claim, error: LecternError) -> Outcome:
        """How the attempt ends, and what its error says about this consumer."""
        log.warning("attempt.failed", code=error.code, error=str(error), dependency=error.dependency)
        blame = await self._world.blame(claim.video_id, error)
        if error.dependency and isinstance(error, VideoError | PolicyError | NotYet):
            await self._world.mended(error.dependency)  # it looked at the video
        pause_s, now = self._world.pause_s, datetime.now(UTC)
        return self._retry.outcome(error, claim.attempts, pause_s=pause_s, now=now, blame=blame)

    async def _end(self, message: Message, claim: Claim, outcome: Outcome) -> str:
        """Row first, message second: a message is let go only when its row says why."""
        if hindered := await self._write(claim, outcome):
            if hindered == "not_written":
                await self.give_back(message, self._lease_s)  # by then the claim has run out
            return hindered
        if outcome.back_s is None:
            self._forget(claim.video_id)
            await self._delete(message)
        else:
            await self.give_back(message, outcome.back_s)
        return outcome.name

    async def _write(self, claim: Claim, outcome: Outcome) -> str | None:
        """An attempt's last write, which survives a shutdown; what hindered it, None where nothing did.

        A lost lease makes row and message somebody else's business.
        """
        try:
            await asyncio.shield(self._videos.give_up(claim, outcome))
        except LeaseLost:
            log.warning("lease.lost", reason="the row has another owner")
            return "lease_lost"
        except LecternError as error:
            log.error("row.not_written", error=str(error))
            await self._world.broken(Dependency.DATABASE, error)
            return "not_written"
        return None

    async def _refuse(self, message: Message, error: BadMessage) -> str:
        log.warning("message.bad", code=error.code, error=str(error), body=message.body[:200])
        said = False
        try:
            if error.video_id is not None:
                said = await self._videos.reject(error.video_id, error.code, str(error))
        except RowRefused as refused:
            log.warning("row.refused", error=str(refused))  # then there is no row that could say it
        except LecternError as failed:
            return await self._no_database(message, failed)
        await (self._delete(message) if said else self._bury(message, error))
        return "bad_message"

    async def _bury(self, message: Message, error: BadMessage | RowRefused) -> None:
        """What no row can say, a dead letter says; where there is no queue for those, the log has said it."""
        try:
            buried = await self._queue.bury(message, f"{error.code}: {error}")
        except LecternError as failed:
            log.error("message.not_buried", error=str(failed))
            return await self._release(message, self._retry.backoff_s(message.receives))  # in the end SQS does it
        return None if buried else await self._delete(message)

    async def _unfit(self, message: Message, error: RowRefused) -> str:
        """Its producer may yet make the row; what stays unfit becomes a dead letter that says why."""
        log.warning("message.unfit", error=str(error), receives=message.receives)
        if self._is_last(message):
            await self._bury(message, error)
            return "unfit"
        await self._release(message, self._retry.backoff_s(message.receives))
        return "unfit"

    async def _no_database(self, message: Message, error: LecternError) -> str:
        """Without a row nothing is begun and nothing is deleted."""
        await self._world.broken(Dependency.DATABASE, error)
        await self.give_back(message, self._world.pause_s)
        return "environment"

    async def _leave(self, message: Message, job: Job, claim: Unclaimed) -> str:
        """The video has its end, or somebody else works on it: for as long as the lease has left, or longer."""
        if claim.has_ended:
            log.info("message.duplicate", status=claim.status)
            self._forget(job.video_id)
            await self._delete(message)
            return "duplicate"
        await self.give_back(message, math.ceil(claim.held_s) + 1)
        return "held"

    def _is_last(self, message: Message) -> bool:
        """Whether the queue will not deliver this message again."""
        return self._max_receives is not None and message.receives >= self._max_receives

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

    def __init__(self, queue: Queue, videos: Videos, message: Message, claim: Claim) -> None:
        self._queue = queue
        self._videos = videos
        self._message = message
        self._claim = claim

    async def extend(self, seconds: float) -> None:
        await self._videos.extend(self._claim, seconds)
        await self._queue.extend(self._message, seconds)

    async def show(self, status: Status, fraction: float) -> None:
        await self._videos.progress(self._claim, status, fraction)
