"""What the user's row is told of our state: statements made from that table's catalogue, whatever its columns are."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from consumer.database.columns import Column, value
from consumer.database.postgres import Connection, refusing
from consumer.database.statements import blanks, statements
from consumer.database.tables import LEASE, TOLD, Tables, quote, quote_name
from consumer.errors import EnvironmentFault, RowRefused

OURS = (*TOLD, *LEASE)


@dataclass(frozen=True)
class Row:
    """A row of theirs that is locked: `status` is its word, `token` the newest claim's; None where it does not tell."""

    id: str
    status: str | None
    token: int | None


class Projection:
    """The statements for one table; `names` fill their blanks.

    Its methods raise what Postgres raises: see `postgres.translate_errors`.
    """

    def __init__(self, tables: Tables, columns: Sequence[Column]) -> None:
        """Raises EnvironmentFault where the table lacks a column that it should have."""
        self.tables = tables
        self._columns = {column.name: column for column in columns}
        named = [tables.id_column, *tables.written.values()]
        if missing := [name for name in named if name not in self._columns]:
            advice = "run lectern migrate" if tables.are_ours else "check VIDEO_ID_COLUMN and VIDEO_COLUMNS"
            there = " ".join(self._columns)
            raise EnvironmentFault(f"the table {tables.video} has no column {missing[0]} ({advice}); it has {there}")
        self.names = self._filled()
        self._sql = statements("table.sql", self.names)

    @classmethod
    async def read(cls, connection: Connection, tables: Tables) -> "Projection":
        """By the table's catalogue. Raises EnvironmentFault where there is no such table or column."""
        sql = statements("catalogue.sql", {})
        found = await connection.fetch(sql["columns"], quote(tables.video))
        if not found:
            alike = await connection.fetch(sql["alike"], tables.video.rsplit(".", 1)[-1])
            said = ", ".join(str(row["name"]) for row in alike)
            meant = f"there is {said}, and capitals and schema count" if said else "run lectern migrate"
            raise EnvironmentFault(f'relation "{tables.video}" does not exist ({meant}, or check VIDEO_TABLE)')
        return cls(tables, [Column(**dict(row)) for row in found])

    def only(self, ours: str) -> "Projection":
        """The same table, told of one column alone."""
        return Projection(replace(self.tables, columns={ours: self.tables.written[ours]}), [*self._columns.values()])

    def at(self, place: str) -> "Projection":
        """A table of the same columns elsewhere."""
        return Projection(replace(self.tables, video=place), [*self._columns.values()])

    def theirs(self, ours: str) -> Column:
        """The column that one of ours is written to."""
        return self._columns[self.tables.written[ours]]

    async def canonical(self, connection: Connection, video_id: str) -> str:
        """An id as the table would write it."""
        with self._only_ids(video_id):
            return str(await connection.fetchval(self._sql["canonical"], video_id))

    async def find(self, connection: Connection, video_id: str) -> dict[str, Any] | None:
        """The `id` and `youtube_url` of a row, None where there is none."""
        with self._only_ids(video_id):
            row = await connection.fetchrow(self._sql["find"], video_id)
        return dict(row) if row else None

    async def lock(self, connection: Connection, video_id: str) -> Row | None:
        """Hold a row until the transaction ends; None where there is none."""
        with self._only_ids(video_id):
            row = await connection.fetchrow(self._sql["lock"], video_id)
        return Row(row["id"], row["status"], row["token"]) if row else None

    async def make(self, connection: Connection, video_id: str, url: str) -> Row:
        """The row of a video that only a message names, locked. Raises RowRefused where the table is its owner's."""
        if not self.tables.are_ours:
            raise RowRefused(f"there is no row {video_id} in {self.tables.video}: whoever owns the table makes it")
        await connection.execute(self._sql["make"], video_id, url)
        row = await self.lock(connection, video_id)
        if row is None:
            raise RowRefused(f"the table {self.tables.video} keeps no row {video_id}")
        return row

    async def adopt(self, connection: Connection, video_ids: list[str] | None, *, newer_only: bool = False) -> None:
        """Take over what others wrote to rows (all: None) of a table that we make, or with `newer_only` once made."""
        if self.tables.are_ours or (newer_only and set(OURS) <= set(self._columns)):
            await connection.execute(self._sql["adopt"], video_ids, 0 if newer_only else 1)

    async def tell(self, connection: Connection, video_id: str) -> None:
        """Write our state to their row, where it differs."""
        if self.tables.written:
            await connection.execute(self._sql["tell"], video_id)

    async def row(self, connection: Connection, video_id: str) -> dict[str, Any] | None:
        """Everything about a video, in our own words."""
        row = await connection.fetchrow(self._sql["row"], video_id)
        return {**dict(row), "id": str(row["id"])} if row else None

    def _only_ids(self, video_id: str) -> AbstractContextManager[None]:
        """Around what fails where the id is none of this table's."""
        column = self._columns[self.tables.id_column]
        return refusing(
            f"{video_id!r} is no id of the table {self.tables.video}: its {column.name} is a {column.shown}"
        )

    def _filled(self) -> dict[str, str]:
        ours, id_type = self.tables.are_ours, self._columns[self.tables.id_column].type
        values = {
            quote_name(theirs): value(name, self._columns[theirs], self.tables)
            for name, theirs in self.tables.written.items()
        }
        differs = (f"t.{column}::text IS DISTINCT FROM ({new})::text" for column, new in values.items())
        return {
            **blanks(self.tables),
            "id": quote_name(self.tables.id_column),
            "id_type": id_type,
            "shown_type": id_type if ours else "text",
            "address": self._text("youtube_url"),
            "status": self._text("status"),
            "token": "t.lease_token" if ours else "NULL::bigint",
            "columns": ", ".join(OURS),
            "values": ", ".join(f"t.{name}" for name in OURS),
            "excluded": ", ".join(f"excluded.{name}" for name in OURS),
            "written": ", ".join(f"{column} = {new}" for column, new in values.items()),
            "differs": " OR ".join(differs),
        }

    def _text(self, ours: str) -> str:
        """Their value of one of our columns, as a text."""
        theirs = self.tables.written.get(ours)
        return "NULL::text" if theirs is None else f"t.{quote_name(theirs)}::text"
