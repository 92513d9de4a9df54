"""Applies the numbered files of `migrations/` in order, once each, with nobody else doing the same."""

import hashlib
import os
import re
from pathlib import Path

import structlog

from consumer.database.postgres import Connection, Pool, translate_errors
from consumer.database.projection import Projection
from consumer.database.statements import blanks
from consumer.database.tables import Tables, quote, quote_name, quote_text
from consumer.errors import ConfigError

log = structlog.get_logger()
LOCK = 7_052_619_341  # drawn once: whoever holds it migrates
NUMBERED = re.compile(r"\d{4}_\w+\.sql")
MAKES_VIDEOS = ':"video_table"'
"""What a file says that is about the table of videos, and for each such table anew; not for one that is its owner's."""
ELSEWHERE = """
    SELECT set_config('search_path', string_agg(quote_ident(name), ', ' ORDER BY place), true)
    FROM unnest(current_schemas(false)) WITH ORDINALITY AS path (name, place)
    WHERE current_schema() = $1 AND name <> $1 HAVING count(*) > 0
"""
"""A role called as our schema would find it first, and the table of videos is not one of ours."""
FORMER = {"0001_video.sql": {"a14dc889342f79351357e31e2fe5357b148f6010c705fd35a0cb8ef8f7e90fc0"}}
"""Digests of files that another took something out of since."""


def find_migrations(folder: Path | None) -> list[Path]:
    """The numbered files of MIGRATIONS_DIR, else our own. Raises ConfigError where there are none."""
    folder = folder or Path(__file__).parent / "migrations"
    files = sorted(path for path in folder.glob("*.sql") if NUMBERED.fullmatch(path.name))
    if not files:
        raise ConfigError(f"MIGRATIONS_DIR={os.fspath(folder)!r} holds no numbered .sql files")
    return files


async def migrate(pool: Pool, files: list[Path], tables: Tables) -> list[str]:
    """Apply what these tables lack; the names of what was applied.

    Raises ConfigError for a file changed since, and for a table of videos that Lectern did not make and no
    VIDEO_COLUMNS are named of.
    """
    applied: list[str] = []
    async with translate_errors("migrate"), pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        await _make_schema(connection, tables.schema)
        await connection.execute(ELSEWHERE, tables.schema)
        await _check_made_by_us(connection, tables)
        done = await _done(connection, tables)
        for path in files:
            text = path.read_text()
            if MAKES_VIDEOS in text and not tables.are_ours:
                continue
            name = f"{tables.video}/{path.name}" if MAKES_VIDEOS in text else path.name
            digest = hashlib.sha256(text.encode()).hexdigest()
            if name in done:
                _check_unchanged(path, done[name], digest)
                continue
            await connection.execute(_filled(text, tables))
            await connection.execute(
                f"INSERT INTO {_record(tables)} (name, sha256) VALUES ($1, $2)",  # noqa: S608 - a quoted name
                name,
                digest,
            )
            applied.append(path.name)
            log.info("migration.applied", name=path.name)
        await _adopt(connection, tables)
    return applied


async def _done(connection: Connection, tables: Tables) -> dict[str, str]:
    """The digests of what was applied, by name; what an earlier version recorded elsewhere is copied."""
    record, before = _record(tables), "SELECT to_regclass('lectern_migration') <> to_regclass($1)"
    await connection.execute(
        f"CREATE TABLE IF NOT EXISTS {record}"
        " (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    if await connection.fetchval(before, record):
        copied = f"INSERT INTO {record} SELECT * FROM lectern_migration ON CONFLICT DO NOTHING"  # noqa: S608 - a quoted name
        await connection.execute(copied)
    rows = await connection.fetch(f"SELECT name, sha256 FROM {record}")  # noqa: S608 - a quoted name
    return {str(row["name"]): str(row["sha256"]) for row in rows}


async def _make_schema(connection: Connection, schema: str) -> None:
    """Raises ConfigError where only an administrator may."""
    if await connection.fetchval("SELECT to_regnamespace($1) IS NOT NULL", quote_name(schema)):
        return
    if not await connection.fetchval("SELECT has_database_privilege(current_database(), 'CREATE')"):
        user = await connection.fetchval("SELECT current_user")
        made = f"CREATE SCHEMA {schema} AUTHORIZATION {user}"
        advice = f"have an administrator run {made}, or name one that is there in LECTERN_SCHEMA"
        raise ConfigError(f"DB_USER may not make the schema {schema}: {advice}")
    await connection.execute(f"CREATE SCHEMA {quote_name(schema)}")


async def _check_made_by_us(connection: Connection, tables: Tables) -> None:
    """A table that is there already and has no lease of ours is somebody else's: nothing is added to it unasked."""
    there = await connection.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0", quote(tables.video)
    )
    if tables.are_ours and there and "lease_token" not in {str(row["attname"]) for row in there}:
        advice = "name the columns that it may write in VIDEO_COLUMNS, or another VIDEO_TABLE"
        raise ConfigError(f"VIDEO_TABLE={tables.video} is a table that Lectern did not make: {advice}")


async def _adopt(connection: Connection, tables: Tables) -> None:
    """What rows say that were ours is our state from now on."""
    state = blanks(tables)["state"]
    if await connection.fetchval(
        "SELECT to_regclass($1) IS NOT NULL AND to_regclass($2) IS NOT NULL", quote(tables.video), state
    ):
        projection = await Projection.read(connection, tables)
        await projection.adopt(connection, None, newer_only=True)


def _filled(text: str, tables: Tables) -> str:
    names = {'"video_table"': quote(tables.video), '"lectern_schema"': quote_name(tables.schema)}
    for name, stands_for in {**names, "'lectern_schema'": quote_text(tables.schema)}.items():
        text = text.replace(f":{name}", stands_for)
    return text


def _record(tables: Tables) -> str:
    return f"{quote_name(tables.schema)}.lectern_migration"


def _check_unchanged(path: Path, applied: str, found: str) -> None:
    if applied != found and applied not in FORMER.get(path.name, ()):
        raise ConfigError(f"{path.name} was changed after it had been applied: put the change into a new file")
