"""What became of videos at each dependency lately, and what is broken now: shared by all consumers."""

from dataclasses import dataclass
from datetime import datetime

from consumer.database.postgres import Pool, translate_errors
from consumer.database.statements import blanks, statements
from consumer.database.tables import Tables
from consumer.errors import Dependency

KEPT_S = 24 * 3600.0


@dataclass(frozen=True)
class Broken:
    """An open circuit breaker: what was said, since when, and when it is tried again."""

    dependency: str
    owner: str
    said: str
    since: datetime
    probe_at: datetime


class Evidence:
    """Outcomes and open breakers. Every method raises TransientError or EnvironmentFault like `Videos`."""

    def __init__(self, pool: Pool, tables: Tables) -> None:
        self._pool = pool
        self._sql = statements("evidence.sql", blanks(tables))

    async def add(self, dependency: Dependency, video_id: str, owner: str, *, failed: bool) -> None:
        """A video failed at the dependency, or came through, at the consumer `owner`."""
        await self._execute("add", dependency, video_id, owner, failed)

    async def others(self, dependency: Dependency, video_id: str, owner: str, within_s: float) -> tuple[int, bool]:
        """How many other videos failed there since one came through, and whether one did since this one had failed.

        The first is of the last `within_s` seconds, and of all consumers or of `owner`, whichever is more: where only
        this one's way is blocked, others come through elsewhere. The second is of `owner` alone, over what is kept.
        """
        async with translate_errors("read evidence"), self._pool.acquire() as connection:
            row = await connection.fetchrow(self._sql["others"], dependency, video_id, owner, within_s)
        return (int(row["failed"]), bool(row["passed"])) if row else (0, False)

    async def open(self, dependency: Dependency, owner: str, said: str, pause_s: float) -> None:
        """It is broken for this consumer, which tries again in `pause_s` seconds."""
        await self._execute("open", dependency, owner, said, pause_s)

    async def close(self, dependency: Dependency, owner: str) -> None:
        """It works for this consumer."""
        await self._execute("close", dependency, owner)

    async def broken(self) -> list[Broken]:
        """What is broken now, by those that were heard of lately."""
        async with translate_errors("read what is broken"), self._pool.acquire() as connection:
            return [Broken(**row) for row in await connection.fetch(self._sql["broken"])]

    async def forget(self, older_s: float = KEPT_S) -> None:
        """Remove what counts for nothing any more."""
        await self._execute("forget", older_s)

    async def _execute(self, name: str, *values: object) -> None:
        async with translate_errors(f"{name} evidence"), self._pool.acquire() as connection:
            await connection.execute(self._sql[name], *values)
