"""From the version that kept everything in the table of videos: nothing is lost, and both may run meanwhile."""

import pytest

from consumer.database.migrator import find_migrations, migrate
from consumer.database.postgres import Pool
from consumer.database.tables import Tables
from consumer.database.videos import Claim, Unclaimed, Videos
from consumer.errors import LeaseLost
from consumer.models import Job, Status
from tests.support.consumer.former_version import FormerVersion
from tests.support.consumer.harness import DONE

JOB = Job("v1", "abcdefghijk")
EXPIRE = "UPDATE video SET lease_until = now() - interval '1 second'"


@pytest.fixture
async def former(pool: Pool) -> FormerVersion:
    """It has made its tables and works on them."""
    version = FormerVersion(pool)
    await version.migrate()
    return version


async def updated(pool: Pool) -> Videos:
    applied = await migrate(pool, find_migrations(None), Tables())
    assert (applied[0], "0001_video.sql" in applied) == ("0004_own_tables.sql", False)
    return Videos(pool, Tables())


async def claimed(videos: Videos, message: str = "m1") -> Claim:
    claim = await videos.claim(JOB, "new", 30, message)
    assert isinstance(claim, Claim)
    return claim


async def test_rows_attempts_and_stages_are_taken_over(pool: Pool, former: FormerVersion) -> None:
    assert await former.complete("v1", await former.claim("v1") or 0)
    under_way = await former.claim("v2")
    videos = await updated(pool)
    state = await pool.fetch("SELECT id, status, lease_token, title FROM lectern.video_state ORDER BY id")
    assert [tuple(row) for row in state] == [("v1", "completed", 1, "A lecture"), ("v2", "downloading", 1, None)]
    assert [(each["owner"], each["outcome"]) for each in await videos.attempts("v1")] == [("former", "completed")]
    assert await former.complete("v2", under_way or 0)  # it was in the middle of it, and ends it
    assert await videos.claim(Job("v2", "abcdefghijk"), "new", 30, "m1") == Unclaimed("completed", 0)
    assert [each["outcome"] for each in await videos.attempts("v2")] == ["completed"]


async def test_the_table_can_be_somebody_s_own_from_then_on(pool: Pool, former: FormerVersion) -> None:
    await former.complete("v1", await former.claim("v1") or 0)
    theirs = Tables(columns={"status": "status", "error_message": "error_message"})
    await migrate(pool, find_migrations(None), theirs)
    videos = Videos(pool, theirs)
    assert await videos.claim(JOB, "new", 30, "m2") == Unclaimed("completed", 0)
    assert await videos.submit(JOB)
    await migrate(pool, find_migrations(None), theirs)  # what was left in the table is old by now
    assert ((await videos.row("v1")) or {})["status"] == "queued"


async def test_the_former_version_still_starts_and_migrates(pool: Pool, former: FormerVersion) -> None:
    await updated(pool)
    await former.ping()


async def test_of_both_versions_one_gets_a_video(pool: Pool, former: FormerVersion) -> None:
    videos = await updated(pool)
    claim = await claimed(videos)
    assert await former.claim("v1") is None
    await videos.complete(claim, DONE)
    assert await former.claim("v1", message="m2") is None
    token = await former.claim("v2")
    assert token == 1
    held = await videos.claim(Job("v2", "abcdefghijk"), "new", 30, "m2")
    assert isinstance(held, Unclaimed)
    assert (held.status, held.held_s > 25) == ("downloading", True)


async def test_whichever_claims_later_fences_the_other(pool: Pool, former: FormerVersion) -> None:
    videos = await updated(pool)
    claim = await claimed(videos)
    await pool.execute(EXPIRE)
    token = await former.claim("v1", message="m2") or 0
    assert token == claim.token + 1
    with pytest.raises(LeaseLost):
        await videos.complete(claim, DONE)
    with pytest.raises(LeaseLost):
        await videos.progress(claim, Status.TRANSCRIBING, 0.5)
    await pool.execute(EXPIRE)
    newest = await claimed(videos, "m3")
    assert newest.token == token + 1
    assert not await former.complete("v1", token)
    await videos.complete(newest, DONE)
    assert await pool.fetchval("SELECT status FROM video") == "completed"


async def test_a_video_that_the_former_version_ended_is_not_expired(pool: Pool, former: FormerVersion) -> None:
    videos = await updated(pool)
    await claimed(videos)
    await pool.execute(EXPIRE)
    await former.complete("v1", await former.claim("v1", message="m2") or 0)
    await pool.execute("UPDATE lectern.video_state SET updated_at = now() - interval '9 days', lease_until = NULL")
    assert await videos.expire(86400) == 0
    assert await pool.fetchval("SELECT status FROM video") == "completed"


async def test_a_schema_that_is_there_may_be_shared(pool: Pool, former: FormerVersion) -> None:
    await former.complete("v1", await former.claim("v1") or 0)
    tables = Tables(schema="public")
    await migrate(pool, find_migrations(None), tables)
    assert [each["outcome"] for each in await Videos(pool, tables).attempts("v1")] == ["completed"]
