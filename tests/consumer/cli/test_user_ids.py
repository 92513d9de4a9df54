"""Commands about a table that is somebody else's: its ids are no texts, its words are its own."""

import json

import pytest

from consumer.database.migrator import find_migrations, migrate
from consumer.database.postgres import Pool
from consumer.database.videos import Claim, Videos
from consumer.models import Job, Outcome, Status
from tests.support.commands import lectern
from tests.support.consumer.user_tables import DJANGO, SQLALCHEMY


async def test_commands_show_a_row_of_any_id_in_our_words(
    pool: Pool, clean_environment: pytest.MonkeyPatch, database: dict[str, str]
) -> None:
    await pool.execute("DROP SCHEMA IF EXISTS app CASCADE")
    await pool.execute(SQLALCHEMY.make)
    await pool.execute(SQLALCHEMY.add_row)
    await migrate(pool, find_migrations(None), SQLALCHEMY.tables)
    videos = Videos(pool, SQLALCHEMY.tables)
    columns = ",".join(f"{ours}={theirs}" for ours, theirs in SQLALCHEMY.tables.written.items())
    named = {"VIDEO_TABLE": "app.videos", "VIDEO_ID_COLUMN": "video_id", "VIDEO_COLUMNS": columns, "COLUMNS": "200"}
    for name, value in {**database, **named}.items():
        clean_environment.setenv(name, value)
    claim = await videos.claim(Job(SQLALCHEMY.row_id, "abcdefghijk"), "w1", 30, "m1")
    assert isinstance(claim, Claim)
    await videos.give_up(claim, Outcome("failed", Status.FAILED, "gone", "it is private"))
    for command in ("status", "explain"):
        done = await lectern(command, SQLALCHEMY.row_id.upper())
        assert SQLALCHEMY.row_id in done.output
        assert "it is private" in done.output
    assert [row["id"] for row in json.loads((await lectern("list", "--json")).output)] == [SQLALCHEMY.row_id]
    assert (await lectern("migrate")).output == "the database is up to date\n"


@pytest.mark.parametrize("command", ["doctor", "migrate"])
async def test_a_table_that_would_refuse_a_status_is_found_before_any_message_is(
    pool: Pool, clean_environment: pytest.MonkeyPatch, database: dict[str, str], command: str
) -> None:
    await pool.execute(DJANGO.make)
    await pool.execute(DJANGO.add_row)
    unused = {"SQS_QUEUE_URL": "http://127.0.0.1:1/0/q", "S3_BUCKET": "none", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    named = {"VIDEO_TABLE": "courses_video", "VIDEO_COLUMNS": "status=status", "VIDEO_STATUSES": "queued=new"}
    for name, value in {**database, **unused, **named, "COLUMNS": "400"}.items():
        clean_environment.setenv(name, value)
    await lectern("migrate")  # makes our tables, whatever it says of theirs
    done = await lectern(command)
    assert done.exit_code == 1
    said = f"{done.output} {done.exception}"
    assert "its column status, character varying(10), does not take downloading" in said
    assert "VIDEO_STATUSES" in said
