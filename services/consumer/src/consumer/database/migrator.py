"""Applies the numbered files of `migrations/` in order, once each, with nobody else doing the same."""

import hashlib
import os
import re
from pathlib import Path

import structlog

from consumer.database.postgres import Pool, translate_errors
from consumer.database.statements import quote
from consumer.errors import ConfigError

log = structlog.get_logger()
LOCK = 7_052_619_341  # drawn once: whoever holds it migrates
NUMBERED = re.compile(r"\d{4}_\w+\.sql")


def find_migrations(folder: Path | None) -> list[Path]:
    """The numbered files of MIGRATIONS_DIR, else our own. Raises ConfigError where there are none."""
    folder = folder or Path(__file__).parent / "migrations"
    files = sorted(path for path in folder.glob("*.sql") if NUMBERED.fullmatch(path.name))
    if not files:
        raise ConfigError(f"MIGRATIONS_DIR={os.fspath(folder)!r} holds no numbered .sql files")
    return files


async def migrate(pool: Pool, files: list[Path], video_table: str) -> list[str]:
    """Apply what this table lacks; the names of what was applied. Raises ConfigError for a file changed since."""
    applied: list[str] = []
    async with translate_errors("migrate"), pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS lectern_migration"
            " (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        rows = await connection.fetch("SELECT name, sha256 FROM lectern_migration")
        done = {str(row["name"]): str(row["sha256"]) for row in rows}
        for path in files:
            text, name = path.read_text(), f"{video_table}/{path.name}"
            digest = hashlib.sha256(text.encode()).hexdigest()
            if name in done:
                _check_unchanged(path, done[name], digest)
                continue
            await connection.execute(text.replace(':"video_table"', quote(video_table)))
            await connection.execute("INSERT INTO lectern_migration (name, sha256) VALUES ($1, $2)", name, digest)
            applied.append(path.name)
            log.info("migration.applied", name=path.name)
    return applied


def _check_unchanged(path: Path, applied: str, found: str) -> None:
    if applied != found:
        raise ConfigError(f"{path.name} was changed after it had been applied: put the change into a new file")
