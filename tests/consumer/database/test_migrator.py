"""Migrations add what is missing, once, whoever owns the table."""

import asyncio
from pathlib import Path

import pytest

from consumer.database.migrator import find_migrations, migrate
from consumer.database.postgres import Pool
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
    applied = await migrate(pool, find_migrations(None), "video")
    assert applied[0] == "0001_video.sql"
    assert await columns(pool, "video") == COLUMNS


async def test_the_second_time_nothing_is_done(pool: Pool) -> None:
    await migrate(pool, find_migrations(None), "video")
    assert await migrate(pool, find_migrations(None), "video") == []


async def test_two_at_once_apply_each_file_once(pool: Pool) -> None:
    files = find_migrations(None)
    both = await asyncio.gather(*(migrate(pool, files, "video") for _ in range(2)))
    assert sorted(both, key=len) == [[], [file.name for file in files]]


async def test_a_table_of_another_service_keeps_its_rows_and_columns(pool: Pool) -> None:
    await pool.execute("CREATE TABLE lesson (id text PRIMARY KEY, title text, teacher text NOT NULL DEFAULT 'Ada')")
    await pool.execute("INSERT INTO lesson (id, title) VALUES ('v1', 'Gravity')")
    await migrate(pool, find_migrations(None), "lesson")
    assert await columns(pool, "lesson") == COLUMNS | {"teacher"}
    claim = await Videos(pool, "lesson").claim(Job("v1", "abcdefghijk"), "w1", 30, "m1")
    assert isinstance(claim, Claim)
    row = await Videos(pool, "lesson").row("v1")
    assert row is not None
    assert (row["title"], row["teacher"], row["status"]) == ("Gravity", "Ada", "downloading")


async def test_another_table_gets_its_columns_too(pool: Pool) -> None:
    await migrate(pool, find_migrations(None), "video")
    assert await migrate(pool, find_migrations(None), "lesson")
    assert await columns(pool, "lesson") == COLUMNS


async def test_a_file_that_was_changed_after_it_was_applied_is_named(pool: Pool, tmp_path: Path) -> None:
    file = tmp_path / "0001_good.sql"
    file.write_text("CREATE TABLE good (id int);")
    await migrate(pool, [file], "video")
    file.write_text("CREATE TABLE better (id int);")
    with pytest.raises(ConfigError, match=r"0001_good\.sql was changed after it had been applied"):
        await migrate(pool, [file], "video")


async def test_a_table_of_another_service_with_columns_that_we_cannot_fill_is_worked_on(pool: Pool) -> None:
    await pool.execute("CREATE TABLE lesson (id text PRIMARY KEY, teacher text NOT NULL)")
    await pool.execute("INSERT INTO lesson VALUES ('v1', 'Ada')")
    await migrate(pool, find_migrations(None), "lesson")
    lessons = Videos(pool, "lesson")
    assert await lessons.submit(Job("v1", "abcdefghijk"))
    assert isinstance(await lessons.claim(Job("v1", "abcdefghijk"), "w1", 30, "m1"), Claim)
    with pytest.raises(RowRefused, match="teacher"):
        await lessons.claim(Job("v2", "abcdefghijk"), "w1", 30, "m2")


async def test_a_migration_that_fails_leaves_nothing_behind(pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "0001_good.sql").write_text("CREATE TABLE good (id int);")
    (tmp_path / "0002_bad.sql").write_text("CREATE TABLE bad (id nonsense);")
    with pytest.raises(TransientError, match="nonsense"):
        await migrate(pool, find_migrations(tmp_path), "video")
    assert await columns(pool, "good") == set()


def test_files_are_found_in_the_package_and_in_order(tmp_path: Path) -> None:
    assert next(path.name for path in find_migrations(None)) == "0001_video.sql"
    for name in ("0002_b.sql", "0001_a.sql", "notes.sql", "0003_c.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in find_migrations(tmp_path)] == ["0001_a.sql", "0002_b.sql"]


def test_a_folder_without_migrations_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"MIGRATIONS_DIR=.* holds no numbered \.sql files"):
        find_migrations(tmp_path)
