"""Proof that the user's table takes what Lectern writes: every status is written to a row of it, and undone."""

from consumer.database.postgres import Connection, tried
from consumer.database.projection import Projection
from consumer.database.statements import statements
from consumer.database.tables import quote_name
from consumer.errors import EnvironmentFault
from consumer.models import Status

PROBE = "pg_temp.lectern_probe"
IDS = ("1", "00000000-0000-0000-0000-000000000000")


async def prove(connection: Connection, table: Projection) -> None:
    """Raises EnvironmentFault, which names each column, type or constraint that refuses.

    A table without a row is tried by a copy of its columns and checks, which has no triggers and no foreign keys.
    """
    undone = connection.transaction()
    await undone.start()
    try:
        refused = await _Proof(connection, table).run()
    finally:
        await undone.rollback()
    if refused:
        raise EnvironmentFault(f"the table {table.tables.video} refuses what would be written: {'; '.join(refused)}")


class _Proof:
    def __init__(self, connection: Connection, table: Projection) -> None:
        self._connection = connection
        self._table = table
        self._name = table.tables.video
        self._sql = statements("proof.sql", table.names)
        self._refused: dict[tuple[str, str], list[str]] = {}

    async def run(self) -> list[str]:
        """What is refused, in words."""
        await self._connection.execute(self._sql["at_once"])
        video_id = await self._connection.fetchval(self._sql["some_row"])
        if video_id is None:
            video_id = await self._copied()
        if video_id is None:
            return []
        for prepared in ("sample", "empty"):
            await self._connection.execute(self._sql[prepared], video_id)
            for status in Status:
                await self._connection.execute(self._sql["become"], video_id, status)
                await self._write(video_id, status)
        return [self._words(*what, refused) for what, refused in self._refused.items()]

    async def _copied(self) -> str | None:
        """The id of a row in an empty copy of the table; None where none can be made up."""
        await self._connection.execute(self._sql["copy"])
        for row in await self._connection.fetch(self._sql["required"]):
            column = quote_name(row["name"])
            await self._connection.execute(f"ALTER TABLE {PROBE} ALTER COLUMN {column} DROP NOT NULL")
        for video_id in IDS:
            if await tried(self._connection, lambda wanted=video_id: self._fill(wanted)) is None:
                await self._fill(video_id)
                self._table = self._table.at(PROBE)
                return video_id
        return None

    async def _fill(self, video_id: str) -> None:
        await self._connection.execute(self._sql["fill"], video_id)

    async def _write(self, video_id: str, status: Status) -> None:
        whole = await tried(self._connection, lambda: self._table.tell(self._connection, video_id))
        if whole is None:
            return
        alone: dict[str, str] = {}
        for ours in self._table.tables.written:
            one = self._table.only(ours)
            if said := await tried(self._connection, lambda one=one: one.tell(self._connection, video_id)):
                alone[ours] = said
        for ours, said in (alone or {"": whole}).items():
            word = str(self._table.tables.word(status)) if ours == "status" else ""
            shown = said.replace(f'"{word}"', "it").replace(PROBE.rsplit(".", 1)[-1], self._name)
            words = self._refused.setdefault((ours, shown), [])
            if word not in words:
                words.append(word)

    def _words(self, ours: str, said: str, refused: list[str]) -> str:
        if not ours:
            return said
        column = self._table.theirs(ours)
        takes = f"its column {column.name}, {column.shown}, does not take"
        if ours != "status":
            return f"{takes} {ours} ({said})"
        known = f"it has {column.labels}; " if column.labels else ""
        return f"{takes} {' '.join(refused)} ({said}): {known}say its words for ours in VIDEO_STATUSES"
