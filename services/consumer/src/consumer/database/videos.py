"""The rows: claims, fenced writes, and what operators ask for. No connection is held while a stage works."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from consumer.database.postgres import Pool, translate_errors
from consumer.database.statements import load_statements
from consumer.errors import LeaseLost
from consumer.models import Job, Outcome, Stage, Status


@dataclass(frozen=True)
class Claim:
    """The right to work on a video, until the lease runs out.

    `token` grows with every claim of the row and fences every write; `attempts` counts this one.
    """

    video_id: str
    token: int
    attempts: int


@dataclass(frozen=True)
class Unclaimed:
    """Why there was nothing to claim: the video has its end, or somebody holds it for `held_s` seconds.

    `status` is the row's, which may be a word of another service that owns the table; "gone" where there is no row.
    """

    status: str
    held_s: float

    @property
    def has_ended(self) -> bool:
        """Whether nobody will work on the video any more."""
        status = Status.named(self.status)
        return status is not None and status.is_end


@dataclass(frozen=True)
class Completion:
    """What the row says in the end: `keys` are of the objects, by file name; `language` is ISO 639-1."""

    title: str
    channel: str | None
    duration_s: float
    language: str
    keys: dict[str, str]


class Videos:
    """The table of videos, with its attempts and stages beside it.

    Every method raises TransientError where the database does not answer and EnvironmentFault where it refuses us or
    lacks a table. Those that take a Claim raise LeaseLost, and change nothing, where another claim came after it.
    """

    def __init__(self, pool: Pool, table: str) -> None:
        self._pool = pool
        self._sql = load_statements(table)

    async def claim(self, job: Job, owner: str, lease_s: float, message_id: str) -> Claim | Unclaimed:
        """Take the lease for `lease_s` seconds, if it is free, and begin an attempt by `owner` for a message.

        A message that has failed at this video gets nothing more. Makes the row where there is none; raises
        RowRefused where the table takes none from us.
        """
        async with translate_errors("claim a video"), self._pool.acquire() as connection, connection.transaction():
            await connection.execute(self._sql["ensure"], job.video_id, job.url)
            row = await connection.fetchrow(self._sql["claim"], job.video_id, job.url, owner, lease_s, message_id)
            if row is None:
                standing = await connection.fetchrow(self._sql["standing"], job.video_id)
                return Unclaimed(standing["status"], max(0.0, standing["held_s"])) if standing else Unclaimed("gone", 0)
            claim = Claim(job.video_id, row["token"], row["attempts"])
            await connection.execute(self._sql["open_attempt"], claim.video_id, claim.token, owner, message_id)
            return claim

    async def extend(self, claim: Claim, lease_s: float) -> None:
        """Keep the lease for another `lease_s` seconds."""
        await self._fenced("extend", claim, lease_s)

    async def progress(self, claim: Claim, status: Status, fraction: float) -> None:
        """Show how far the work is, 0 to 1."""
        await self._fenced("progress", claim, status, fraction)

    async def open_stage(self, claim: Claim, stage: Stage) -> None:
        """Remember that a stage began."""
        await self._execute("open_stage", claim.video_id, claim.token, stage)

    async def spend(self, claim: Claim, cost_usd: float) -> None:
        """Add to what the video has cost, whatever becomes of the attempt."""
        await self._fenced("spend", claim, cost_usd)

    async def complete(self, claim: Claim, done: Completion) -> None:
        """The last write: the video is completed."""
        names = ("audio.mp3", "transcript.json", "flashcards.json", "quiz.json", "manifest.json")
        keys = [done.keys[name] for name in names]
        about = (done.title, done.channel, done.duration_s, done.language)
        await self._end("complete", claim, (*about, *keys), (Status.COMPLETED, None, None))

    async def give_up(self, claim: Claim, outcome: Outcome) -> None:
        """End the attempt otherwise."""
        why = (outcome.code, outcome.words)
        await self._end("give_up", claim, (outcome.status, *why, int(outcome.refund)), (outcome.name, *why))

    async def reject(self, video_id: str, code: str, message: str) -> bool:
        """A message named this row and nothing that can be worked on; False where there is no such row."""
        await self._execute("reject", video_id, code, message)
        return await self.row(video_id) is not None

    async def submit(self, job: Job) -> bool:
        """Queue a video anew; False while somebody works on it."""
        async with translate_errors("submit a video"), self._pool.acquire() as connection, connection.transaction():
            await connection.execute(self._sql["ensure"], job.video_id, job.url)
            return _changed(await connection.execute(self._sql["submit"], job.video_id, job.url)) == 1

    async def expire(self, retention_s: float) -> int:
        """Fail the videos that are open although the queue forgot their messages, after so long; how many."""
        return await self._execute("expire", retention_s)

    async def row(self, video_id: str) -> dict[str, Any] | None:
        """Everything about a video, None where there is no such row."""
        rows = await self._fetch("row", video_id)
        return rows[0] if rows else None

    async def recent(self, statuses: Sequence[Status], code: str | None, most: int) -> list[dict[str, Any]]:
        """Rows by what changed last: of these statuses (all where there are none), with this error code."""
        return await self._fetch("recent", list(statuses), code, most)

    async def attempts(self, video_id: str) -> list[dict[str, Any]]:
        """The attempts at a video, oldest first."""
        return await self._fetch("attempts", video_id)

    async def stages(self, video_id: str) -> list[dict[str, Any]]:
        """The stages of all attempts, oldest first."""
        return await self._fetch("stages", video_id)

    async def ended_with(self, code: str, days: int) -> tuple[int, str | None]:
        """How many attempts of the last `days` ended with this error code, and the text of the latest."""
        row = (await self._fetch("ended_with", code, days))[0]
        return row["attempts"], row["latest"]

    async def ping(self) -> None:
        """Raises where the database does not answer or a table lacks a column."""
        async with translate_errors("find its tables"), self._pool.acquire() as connection:
            await connection.execute(self._sql["ping"])

    async def _end(self, name: str, claim: Claim, values: Sequence[object], outcome: Sequence[object]) -> None:
        """The row's last write and the attempt's, together or not at all."""
        async with (
            translate_errors(name.replace("_", " ")),
            self._pool.acquire() as connection,
            connection.transaction(),
        ):
            _check(claim, await connection.execute(self._sql[name], claim.video_id, claim.token, *values))
            await connection.execute(self._sql["close_attempt"], claim.video_id, claim.token, *outcome)

    async def _fenced(self, name: str, claim: Claim, *values: object) -> None:
        async with translate_errors(name.replace("_", " ")), self._pool.acquire() as connection:
            _check(claim, await connection.execute(self._sql[name], claim.video_id, claim.token, *values))

    async def _execute(self, name: str, *values: object) -> int:
        """Rows that the statement changed."""
        async with translate_errors(name.replace("_", " ")), self._pool.acquire() as connection:
            tag = await connection.execute(self._sql[name], *values)
        return _changed(tag)

    async def _fetch(self, name: str, *values: object) -> list[dict[str, Any]]:
        async with translate_errors(f"read {name}"), self._pool.acquire() as connection:
            rows: Sequence[Any] = await connection.fetch(self._sql[name], *values)
        return [dict(row) for row in rows]


def _check(claim: Claim, tag: str) -> None:
    if _changed(tag) == 0:
        raise LeaseLost(f"another consumer works on video {claim.video_id} now")


def _changed(tag: str) -> int:
    """Rows that a statement changed, from what Postgres says about it: "UPDATE 1"."""
    return int(tag.rsplit(" ", 1)[-1])
