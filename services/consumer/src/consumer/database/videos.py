"""The rows: claims, fenced writes, and what operators ask for. No connection is held while a stage works."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from consumer.database.claim import Claim, Completion, Ended, Unclaimed
from consumer.database.postgres import Connection, Pool, translate_errors
from consumer.database.projection import Projection
from consumer.database.proof import prove
from consumer.database.statements import blanks, statements
from consumer.database.tables import Tables
from consumer.errors import Dependency, EnvironmentFault, LeaseLost
from consumer.models import Job, Outcome, Stage, Status

CANCELLED = "cancelled by an operator"
DELETED = "its row was deleted, so its work has ended"


class Videos:
    """Lectern's state of each video, with its attempts and stages, and what the user's row is told of it.

    Both are written in one transaction, the user's row locked first. Every method raises TransientError where the
    database does not answer, EnvironmentFault where it refuses us or lacks a table, and RowRefused where the user's
    table takes no such row, or is told what it does not take. Those that take a Claim raise LeaseLost, and change
    nothing, where another claim came after it or the row's owner has deleted it.
    """

    def __init__(self, pool: Pool, tables: Tables) -> None:
        self._pool = pool
        self._tables = tables
        self._sql = statements("videos.sql", blanks(tables))
        self._projection: Projection | None = None

    async def find(self, video_id: str) -> tuple[str, str | None]:
        """A row's id as its table writes it, and the address in it; also where there is no such row."""
        async with self._begin("claim a video") as (connection, table):
            found = await table.find(connection, video_id)
            return (found["id"], found["youtube_url"]) if found else (await table.canonical(connection, video_id), None)

    async def claim(
        self, job: Job, owner: str, lease_s: float, message_id: str, sent_at: float | None = None
    ) -> Claim | Unclaimed:
        """Take the lease for `lease_s` seconds, if it is free, and begin an attempt by `owner` for a message.

        A message that has failed at this video gets nothing more, nor one whose row was deleted since it began, nor one
        that was sent (`sent_at`, in seconds since 1970) before the video was cancelled.
        """
        async with self._begin("claim a video") as (connection, table):
            theirs = await table.lock(connection, job.video_id)
            if theirs is None:
                said = (await table.canonical(connection, job.video_id), message_id, DELETED)
                if _changed(await connection.execute(self._sql["abandon"], *said)):
                    return Unclaimed(Status.REJECTED, 0)
                theirs = await table.make(connection, job.video_id, job.url)
            await self._known(connection, table, theirs.id, job.url)
            anew = table.tables.asks_anew(theirs.status)
            asked = (theirs.id, job.url, owner, lease_s, message_id, anew, job.language, sent_at)
            row = await connection.fetchrow(self._sql["claim"], *asked)
            if row is None:
                standing = await connection.fetchrow(self._sql["standing"], theirs.id)
                return Unclaimed(standing["status"], max(0.0, standing["held_s"])) if standing else Unclaimed("gone", 0)
            claim = Claim(theirs.id, row["token"], row["attempts"], row["language"])
            await connection.execute(self._sql["open_attempt"], claim.video_id, claim.token, owner, message_id)
            await table.tell(connection, claim.video_id)
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

    async def take_content(self, claim: Claim, content: str) -> str | None:
        """Work on a recording; the id of the video as which another consumer does so now, None where none does."""
        async with translate_errors("take a recording"), self._pool.acquire() as connection:
            if await connection.fetchval(self._sql["take_content"], content, claim.video_id) is not None:
                return None
            return str(await connection.fetchval(self._sql["content_holder"], content))

    async def spend(self, video_id: str, answer: str, cost_usd: float) -> None:
        """Add to what the video has cost, once for each `answer`; by no claim, because it was paid whoever asked."""
        async with self._begin("spend") as (connection, table):
            theirs = await table.lock(connection, video_id)
            await connection.execute(self._sql["spend"], video_id, answer, cost_usd)
            if theirs is not None:
                await table.tell(connection, video_id)

    async def spent_today(self) -> float:
        """US dollars for the answers of this day (UTC), of all videos together."""
        (row,) = await self._fetch("spent_today")
        return float(row["cost_usd"])

    async def complete(self, claim: Claim, done: Completion) -> None:
        """The last write: the video is completed."""
        names = ("audio.mp3", "transcript.json", "flashcards.json", "quiz.json", "manifest.json")
        keys = [done.keys[name] for name in names]
        about = (done.title, done.channel, done.duration_s, done.language)
        await self._fenced("complete", claim, *about, *keys, outcome=(Status.COMPLETED, None, None, None))

    async def give_up(self, claim: Claim, outcome: Outcome) -> None:
        """End the attempt otherwise."""
        why = (outcome.code, outcome.words)
        values = (outcome.status, *why, int(outcome.refund))
        await self._fenced("give_up", claim, *values, outcome=(outcome.name, *why, outcome.back_s))

    async def reject(self, video_id: str, code: str, message: str) -> bool:
        """A message named this row and nothing that can be worked on; False where there is no such row."""
        async with self._begin("reject a video") as (connection, table):
            theirs = await table.lock(connection, video_id)
            if theirs is None:
                return False
            await self._known(connection, table, theirs.id, None)
            await connection.execute(self._sql["reject"], theirs.id, code, message)
            await table.tell(connection, theirs.id)
            return True

    async def submit(self, job: Job) -> bool:
        """Queue a video anew; False while somebody works on it."""
        async with self._begin("submit a video") as (connection, table):
            theirs = await table.lock(connection, job.video_id) or await table.make(connection, job.video_id, job.url)
            await self._known(connection, table, theirs.id, job.url)
            changed = _changed(await connection.execute(self._sql["submit"], theirs.id, job.url))
            await table.tell(connection, theirs.id)
            return changed == 1

    async def cancel(self, video_id: str) -> str | None:
        """End a video, whoever works on it; what hinders it, in words, None where nothing did."""
        async with self._begin("cancel a video") as (connection, table):
            theirs = await table.lock(connection, video_id)
            if theirs is None:
                return "there is no such row"
            await self._known(connection, table, theirs.id, None)
            token = await connection.fetchval(self._sql["cancel"], theirs.id, CANCELLED)
            if token is None:
                standing = await connection.fetchrow(self._sql["standing"], theirs.id)
                return f"it is {standing['status']}" if standing else "there is no such row"
            outcome = (Status.REJECTED, "cancelled", CANCELLED, None)
            await connection.execute(self._sql["close_attempt"], theirs.id, token, *outcome)
            await table.tell(connection, theirs.id)
            return None

    async def expire(self, retention_s: float) -> int:
        """Fail the videos that are open although the queue forgot their messages, after so long; how many."""
        return sum(
            [await self._expire(str(row["id"]), retention_s) for row in await self._fetch("forgotten", retention_s)]
        )

    async def row(self, video_id: str) -> dict[str, Any] | None:
        """Everything about a video, None where there is no such row."""
        async with self._begin("read a row") as (connection, table):
            return await table.row(connection, await table.canonical(connection, video_id))

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
        """Raises where the database does not answer, a table or column is missing, or the user's refuses our words."""
        async with self._begin("find its tables") as (connection, table):
            await connection.execute(self._sql["ping"])
            await prove(connection, table)

    @asynccontextmanager
    async def _begin(self, what: str) -> AsyncGenerator[tuple[Connection, Projection]]:
        """A transaction."""
        async with translate_errors(what), self._pool.acquire() as connection, connection.transaction():
            if self._projection is None:
                try:
                    self._projection = await Projection.read(connection, self._tables)
                except EnvironmentFault as error:
                    words = f"the database could not {what}: {error}"
                    raise EnvironmentFault(words, dependency=Dependency.DATABASE) from error
            yield connection, self._projection

    async def _known(self, connection: Connection, table: Projection, video_id: str, url: str | None) -> None:
        """There is our state of a row, as new as the row itself."""
        await table.adopt(connection, [video_id])
        await connection.execute(self._sql["ensure"], video_id, url)

    async def _fenced(self, name: str, claim: Claim, *values: object, outcome: Ended | None = None) -> None:
        """One write to state and row, with `outcome` the attempt's last, together or not at all."""
        async with self._begin(name.replace("_", " ")) as (connection, table):
            theirs = await table.lock(connection, claim.video_id)
            if theirs is not None:
                if theirs.token not in (None, claim.token):
                    raise _lost(claim)
                changed = _changed(await connection.execute(self._sql[name], claim.video_id, claim.token, *values))
                if changed == 0:
                    raise _lost(claim)
                await table.tell(connection, claim.video_id)
            else:
                gone = Outcome("rejected", Status.REJECTED, "row_deleted", DELETED)
                await connection.execute(
                    self._sql["give_up"], claim.video_id, claim.token, gone.status, gone.code, gone.words, 0
                )
                outcome = (gone.name, gone.code, gone.words, None)
            if outcome is not None:
                await connection.execute(self._sql["close_attempt"], claim.video_id, claim.token, *outcome)
        if theirs is None:
            raise LeaseLost(f"video {claim.video_id}: {DELETED}")

    async def _expire(self, video_id: str, retention_s: float) -> int:
        async with self._begin("expire a video") as (connection, table):
            await table.lock(connection, video_id)
            await table.adopt(connection, [video_id])
            changed = _changed(await connection.execute(self._sql["expire"], video_id, retention_s))
            await table.tell(connection, video_id)
            return changed

    async def _execute(self, name: str, *values: object) -> int:
        """Rows that the statement changed."""
        async with translate_errors(name.replace("_", " ")), self._pool.acquire() as connection:
            tag = await connection.execute(self._sql[name], *values)
        return _changed(tag)

    async def _fetch(self, name: str, *values: object) -> list[dict[str, Any]]:
        async with translate_errors(f"read {name}"), self._pool.acquire() as connection:
            rows: Sequence[Any] = await connection.fetch(self._sql[name], *values)
        return [dict(row) for row in rows]


def _lost(claim: Claim) -> LeaseLost:
    return LeaseLost(f"another consumer works on video {claim.video_id} now")


def _changed(tag: str) -> int:
    """Rows that a statement changed, from what Postgres says about it: "UPDATE 1"."""
    return int(tag.rsplit(" ", 1)[-1])
