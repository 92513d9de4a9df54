"""Migrations add what is missing, once, whoever owns the table."""

import asyncio
from pathlib import Path

import pytest

from consumer.database.migrator import find_migrations, migrate
from consumer.database.postgres import Pool, connect
from consumer.database.settings import DatabaseSettings
from consumer.database.tables import Tables
from consumer.database.videos import Claim, Videos
from consumer.errors import ConfigError, RowRefused, TransientError
from consumer.models import Job

COLUMNS = {
    *("id", "youtube_url", "title", "channel", "duration_s", "language", "status", "progress", "error_code"),
    *("error_message", "attempts", "lease_owner", "lease_token", "lease_until", "audio_key", "transcript_key"),
    *("flashcards_key", "quiz_key", "manifest_key", "cost_usd", "created_at", "updated_at", "completed_at"),
}


async def columns(pool: Pool, table: str) -> set[str]:
    rows = await pool.fetch("SELECT column_name FROM information_schema.columns WHERE table_name = $1", table)
    return {row["column_name"] for row in rows}


async def test_an_empty_database_gets_every_column(pool: Pool) -> None:
    applied = await migrate(pool, find_migrations(None), Tables())
    assert applied[0] == "0001_video.sql"
    assert await columns(pool, "video") == COLUMNS


async def test_the_second_time_nothing_is_done(pool: Pool) -> None:
    await migrate(pool, find_migrations(None), Tables())
    assert await migrate(pool, find_migrations(None), Tables()) == []


async def test_two_at_once_apply_each_file_once(pool: Pool) -> None:
    files = find_migrations(None)
    both = await asyncio.gather(*(migrate(pool, files, Tables()) for _ in range(2)))
    assert sorted(both, key=len) == [[], [file.name for file in files]]


async def test_nothing_is_added_unasked_to_a_table_of_another_service(pool: Pool) -> None:
    await pool.execute("CREATE TABLE lesson (id text PRIMARY KEY, title text)")
    with pytest.raises(ConfigError, match=r"VIDEO_TABLE=lesson is a table that Lectern did not make: .*VIDEO_COLUMNS"):
        await migrate(pool, find_migrations(None), Tables("lesson"))
    assert await columns(pool, "lesson") == {"id", "title"}


async def test_a_table_of_another_service_keeps_its_rows_and_columns(pool: Pool) -> None:
    await pool.execute("CREATE TABLE lesson (id text PRIMARY KEY, title text, state text)")
    await pool.execute("INSERT INTO lesson (id, title) VALUES ('v1', 'Gravity')")
    theirs = Tables("lesson", columns={"status": "state"})
    await migrate(pool, find_migrations(None), theirs)
    assert await columns(pool, "lesson") == {"id", "title", "state"}
    assert isinstance(await Videos(pool, theirs).claim(Job("v1", "abcdefghijk"), "w1", 30, "m1"), Claim)
    row = await pool.fetchrow("SELECT * FROM lesson")
    assert row is not None
    assert dict(row) == {"id": "v1", "title": "Gravity", "state": "downloading"}


async def test_another_table_gets_its_columns_too(pool: Pool) -> None:
    await migrate(pool, find_migrations(None), Tables())
    assert await migrate(pool, find_migrations(None), Tables("lesson"))
    assert await columns(pool, "lesson") == COLUMNS


async def test_a_file_that_was_changed_after_it_was_applied_is_named(pool: Pool, tmp_path: Path) -> None:
    file = tmp_path / "0001_good.sql"
    file.write_text("CREATE TABLE good (id int);")
    await migrate(pool, [file], Tables())
    file.write_text("CREATE TABLE better (id int);")
    with pytest.raises(ConfigError, match=r"0001_good\.sql was changed after it had been applied"):
        await migrate(pool, [file], Tables())


async def test_a_row_that_we_cannot_make_is_refused_and_one_that_is_there_is_worked_on(pool: Pool) -> None:
    await migrate(pool, find_migrations(None), Tables())
    await pool.execute("ALTER TABLE video ADD COLUMN teacher text NOT NULL DEFAULT 'Ada'")
    await pool.execute("ALTER TABLE video ALTER COLUMN teacher DROP DEFAULT")
    await pool.execute("INSERT INTO video (id, teacher) VALUES ('v1', 'Ada')")
    lessons = Videos(pool, Tables())
    assert await lessons.submit(Job("v1", "abcdefghijk"))
    assert isinstance(await lessons.claim(Job("v1", "abcdefghijk"), "w1", 30, "m1"), Claim)
    with pytest.raises(RowRefused, match="teacher"):
        await lessons.claim(Job("v2", "abcdefghijk"), "w1", 30, "m2")


async def test_a_migration_that_fails_leaves_nothing_behind(pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "0001_good.sql").write_text("CREATE TABLE good (id int);")
    (tmp_path / "0002_bad.sql").write_text("CREATE TABLE bad (id nonsense);")
    with pytest.raises(TransientError, match="nonsense"):
        await migrate(pool, find_migrations(tmp_path), Tables())
    assert await columns(pool, "good") == set()


def test_files_are_found_in_the_package_and_in_order(tmp_path: Path) -> None:
    assert next(path.name for path in find_migrations(None)) == "0001_video.sql"
    for name in ("0002_b.sql", "0001_a.sql", "notes.sql", "0003_c.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in find_migrations(tmp_path)] == ["0001_a.sql", "0002_b.sql"]


def test_a_folder_without_migrations_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"MIGRATIONS_DIR=.* holds no numbered \.sql files"):
        find_migrations(tmp_path)


async def test_who_may_make_no_schema_is_told_what_an_administrator_types(
    pool: Pool, database_settings: DatabaseSettings
) -> None:
    await pool.execute(
        "DROP ROLE IF EXISTS modest; CREATE ROLE modest LOGIN; GRANT USAGE, CREATE ON SCHEMA public TO modest"
    )
    async with connect(database_settings.model_copy(update={"db_user": "modest"}), tries=1) as theirs:
        with pytest.raises(ConfigError, match="run CREATE SCHEMA lectern AUTHORIZATION modest, or name one"):
            await migrate(theirs, find_migrations(None), Tables())
        assert await migrate(theirs, find_migrations(None), Tables(schema="public"))
