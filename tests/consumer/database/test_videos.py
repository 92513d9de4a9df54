"""Claims and fenced writes, on a real PostgreSQL."""

import asyncio
from dataclasses import replace

import pytest

from consumer.database.migrator import find_migrations, migrate
from consumer.database.postgres import Pool, connect
from consumer.database.settings import DatabaseSettings
from consumer.database.statements import blanks
from consumer.database.tables import Tables
from consumer.database.videos import Claim, Unclaimed, Videos
from consumer.errors import ConfigError, EnvironmentFault, LeaseLost
from consumer.models import Job, Outcome, Status
from tests.support.consumer.harness import DONE

JOB = Job("v1", "abcdefghijk")
EXPIRE = "UPDATE video SET lease_until = now() - interval '1 second'"


async def claimed(videos: Videos, owner: str = "w1") -> Claim:
    claim = await videos.claim(JOB, owner, 30, "m1")
    assert isinstance(claim, Claim)
    return claim


async def test_a_claim_makes_the_row_of_a_video_that_only_a_message_names(videos: Videos) -> None:
    claim = await claimed(videos)
    row = await videos.row("v1")
    assert row is not None
    assert (claim.token, claim.attempts, row["status"], row["lease_owner"]) == (1, 1, "downloading", "w1")
    assert row["youtube_url"] == "https://www.youtube.com/watch?v=abcdefghijk"


async def test_a_claim_takes_a_row_that_was_submitted(videos: Videos) -> None:
    assert await videos.submit(JOB)
    assert (await claimed(videos)).attempts == 1


async def test_a_held_video_cannot_be_claimed_and_says_for_how_long(videos: Videos) -> None:
    await claimed(videos)
    standing = await videos.claim(JOB, "w2", 30, "m1")
    assert isinstance(standing, Unclaimed)
    assert standing.status == "downloading"
    assert 25 < standing.held_s <= 30


async def test_of_many_who_claim_at_once_one_gets_it(videos: Videos) -> None:
    claims = await asyncio.gather(*(videos.claim(JOB, f"w{number}", 30, "m1") for number in range(8)))
    assert sum(isinstance(claim, Claim) for claim in claims) == 1


async def test_a_lease_that_ran_out_is_claimed_with_a_newer_token(videos: Videos, pool: Pool) -> None:
    old = await claimed(videos)
    await pool.execute(EXPIRE)
    new = await claimed(videos, "w2")
    assert (new.token, new.attempts) == (old.token + 1, 2)


async def test_a_video_that_was_given_back_is_claimed_at_once(videos: Videos) -> None:
    await videos.give_up(await claimed(videos), Outcome("interrupted", Status.QUEUED, refund=True))
    assert (await claimed(videos, "w2")).attempts == 1


async def test_a_completed_video_is_not_claimed(videos: Videos) -> None:
    await videos.complete(await claimed(videos), DONE)
    assert await videos.claim(JOB, "w1", 30, "m2") == Unclaimed("completed", 0.0)


@pytest.mark.parametrize("status", [Status.FAILED, Status.REJECTED])
async def test_a_video_that_failed_is_taken_up_again_by_a_new_message_only(videos: Videos, status: Status) -> None:
    for message in ("m1", "m2"):
        claim = await videos.claim(JOB, "w1", 30, message)
        assert isinstance(claim, Claim)
        assert claim.attempts == 1
        await videos.give_up(claim, Outcome(status, status, "gone", "it is gone"))
    for message in ("m1", "m2"):
        assert await videos.claim(JOB, "w1", 30, message) == Unclaimed(status, 0.0)
    await videos.claim(JOB, "w1", 30, "m3")
    row = await videos.row("v1")
    assert row is not None
    assert (row["status"], row["error_code"], row["error_message"]) == ("downloading", None, None)


async def test_a_video_that_another_message_rejected_is_taken_up_by_a_good_one(videos: Videos) -> None:
    await videos.submit(JOB)
    await videos.reject("v1", "other_site", "not YouTube")
    assert (await claimed(videos)).attempts == 1


async def test_a_row_that_is_tried_again_still_says_what_went_wrong_before(videos: Videos) -> None:
    await videos.give_up(await claimed(videos), Outcome("retry", Status.QUEUED, "busy", "the transcriber is busy"))
    assert await claimed(videos) == Claim("v1", 2, 2)
    assert ((await videos.row("v1")) or {})["error_message"] == "the transcriber is busy"


@pytest.mark.parametrize("status", [status for status in Status if not status.is_end])
async def test_an_open_video_whose_message_the_queue_forgot_is_failed(
    videos: Videos, pool: Pool, status: Status
) -> None:
    claim = await claimed(videos)
    await pool.execute("UPDATE video SET status = $1, updated_at = now() - interval '5 days'", status)
    assert await videos.expire(4 * 86400) == 0  # held
    await pool.execute(EXPIRE)
    assert await videos.expire(6 * 86400) == 0
    assert await videos.expire(4 * 86400) == 1
    row = await videos.row("v1")
    assert row is not None
    assert (row["status"], row["error_message"]) == ("failed", "given up: its message is gone from the queue")
    with pytest.raises(LeaseLost):
        await videos.complete(claim, DONE)
    assert isinstance(await videos.claim(JOB, "w1", 30, "m1"), Claim)  # it comes after all


async def test_rows_that_we_never_worked_on_are_not_ours_to_fail(videos: Videos, pool: Pool) -> None:
    await videos.submit(JOB)
    await pool.execute("UPDATE video SET updated_at = now() - interval '1 year'")
    assert await videos.expire(86400) == 0


async def test_every_write_of_an_older_claim_is_refused(videos: Videos, pool: Pool) -> None:
    old = await claimed(videos)
    await pool.execute(EXPIRE)
    await claimed(videos, "w2")
    before = await videos.row("v1")
    writes = (
        videos.extend(old, 30),
        videos.progress(old, Status.GENERATING, 0.9),
        videos.complete(old, DONE),
        videos.give_up(old, Outcome("failed", Status.FAILED, "x", "x")),
    )
    for write in writes:
        with pytest.raises(LeaseLost, match="another consumer works on video v1"):
            await write
    assert await videos.row("v1") == before


async def test_a_late_write_of_the_same_claim_does_not_undo_its_completion(videos: Videos) -> None:
    claim = await claimed(videos)
    await videos.complete(claim, DONE)
    for write in (
        videos.progress(claim, Status.GENERATING, 0.99),
        videos.extend(claim, 30),
        videos.give_up(claim, Outcome("interrupted", Status.QUEUED, refund=True)),
    ):
        with pytest.raises(LeaseLost):
            await write
    row = await videos.row("v1")
    assert row is not None
    assert (row["status"], row["progress"], row["lease_until"]) == ("completed", 1.0, None)


async def test_completion_says_everything_and_ends_the_attempt(videos: Videos) -> None:
    claim = await claimed(videos)
    await videos.open_stage(claim, "download")
    await videos.open_stage(claim, "audio")
    await videos.complete(claim, DONE)
    row = await videos.row("v1")
    assert row is not None
    assert (row["title"], row["language"], row["quiz_key"]) == ("A lecture", "en", "videos/v1/1/quiz.json")
    assert row["completed_at"] is not None
    assert [attempt["outcome"] for attempt in await videos.attempts("v1")] == ["completed"]
    assert [stage["stage"] for stage in await videos.stages("v1")] == ["download", "audio"]


async def test_what_answers_cost_adds_up_once_each_whoever_says_so(videos: Videos) -> None:
    await claimed(videos)
    for answer, cost_usd in (("a", 0.25), ("b", 0.5), ("a", 0.25)):
        await videos.spend("v1", answer, cost_usd)
    row = await videos.row("v1")
    assert row is not None
    assert float(row["cost_usd"]) == 0.75


async def test_what_was_spent_on_an_earlier_day_does_not_count_for_this_one(videos: Videos, pool: Pool) -> None:
    await claimed(videos)
    assert await videos.spent_today() == 0
    await videos.spend("v1", "yesterday's", 4.0)
    await pool.execute("UPDATE lectern.video_payment SET at = at - interval '1 day'")
    await videos.spend("v1", "today's", 0.5)
    assert await videos.spent_today() == 0.5


async def test_submitting_anew_clears_the_record_and_the_old_claim(videos: Videos, pool: Pool) -> None:
    claim = await claimed(videos)
    assert not await videos.submit(JOB)
    await pool.execute(EXPIRE)
    assert await videos.submit(JOB)
    with pytest.raises(LeaseLost):
        await videos.complete(claim, DONE)
    row = await videos.row("v1")
    assert row is not None
    assert (row["status"], row["attempts"], row["error_message"]) == ("queued", 0, None)


async def test_a_rejected_message_does_not_touch_a_video_under_way(videos: Videos) -> None:
    await claimed(videos)
    await videos.reject("v1", "other_site", "not YouTube")
    row = await videos.row("v1")
    assert row is not None
    assert row["status"] == "downloading"


async def test_no_connection_is_held_between_writes(videos: Videos, pool: Pool) -> None:
    await videos.progress(await claimed(videos), Status.TRANSCRIBING, 0.5)
    assert pool.get_idle_size() == pool.get_size()


async def test_a_table_of_another_name_in_another_schema_works(pool: Pool) -> None:
    await pool.execute("DROP SCHEMA IF EXISTS app CASCADE; CREATE SCHEMA app")
    await migrate(pool, find_migrations(None), Tables("app.Lesson"))
    assert isinstance(await Videos(pool, Tables("app.Lesson")).claim(JOB, "w1", 30, "m1"), Claim)


@pytest.mark.parametrize("name", ["video; DROP TABLE video", 'a"b', "a.b.c", "", "1st"])
def test_a_table_s_name_that_is_no_identifier_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=r"VIDEO_TABLE=.* should be a table's name"):
        blanks(Tables(name))


async def test_a_missing_table_is_our_fault_and_says_what_to_do(pool: Pool) -> None:
    with pytest.raises(EnvironmentFault, match="lectern migrate"):
        await Videos(pool, Tables()).ping()


async def test_a_missing_column_is_found_at_the_start(videos: Videos, pool: Pool) -> None:
    await videos.ping()
    await pool.execute("ALTER TABLE lectern.video_attempt DROP COLUMN message_id")
    with pytest.raises(EnvironmentFault, match="lectern migrate"):
        await videos.ping()


async def test_a_database_that_cannot_be_reached_is_named(database_settings: DatabaseSettings) -> None:
    wrong = database_settings.model_copy(update={"db_host": "127.0.0.1", "db_port": 1})
    with pytest.raises(EnvironmentFault, match=r"Postgres at 127\.0\.0\.1:1/postgres cannot .*DB_HOST, DB_PORT"):
        async with connect(wrong, tries=1):
            pass


async def test_a_language_that_was_asked_for_is_kept_until_another_is(videos: Videos) -> None:
    for asked_for, kept in (("de", "de"), (None, "de"), ("fr", "fr")):
        claim = await videos.claim(replace(JOB, language=asked_for), "w1", 30, "m1")
        assert isinstance(claim, Claim)
        assert claim.language == kept
        await videos.give_up(claim, Outcome("retry", Status.QUEUED))
        assert await videos.submit(JOB)
