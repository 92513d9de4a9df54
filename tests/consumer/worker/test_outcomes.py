"""No row is left open for ever, and none is worked on for ever; real PostgreSQL, SQS as strict as the real one."""

import io

from rich.console import Console

from consumer.cli.redrive import redrive
from consumer.database.postgres import Pool
from consumer.database.videos import Claim
from consumer.errors import Dependency, EnvironmentFault, NotYet, TransientError, VideoError
from consumer.models import Job
from consumer.worker.retry_policy import RetryPolicy
from infra.sandbox.waiting import wait_until
from tests.support.consumer.harness import Harness

JOB = Job("v1", "abcdefghijk")
BLOCKED = EnvironmentFault("YouTube limits this address", code="rate_limited", dependency=Dependency.YOUTUBE)


async def test_a_long_outage_makes_no_dead_letter_and_spends_no_attempt(harness: Harness) -> None:
    harness.sqs.max_receives = 3
    harness.errors = [BLOCKED for _ in range(5)]
    harness.send()
    async with harness.worker(max_receives=3, first_pause_s=0.01) as worker:
        await harness.ended(worker, "completed")
    assert worker.health.outcomes == {"environment": 5, "renewed": 2, "completed": 1}
    assert (harness.sqs.messages, harness.sqs.dead_letters) == ([], [])
    row = await harness.row()
    assert (row["status"], row["attempts"], row["error_message"]) == ("completed", 1, None)


async def test_a_database_that_is_away_for_long_makes_no_dead_letter(harness: Harness, pool: Pool) -> None:
    harness.sqs.max_receives = 2
    await pool.execute("ALTER TABLE video RENAME TO away")
    harness.send()
    async with harness.worker(max_receives=2) as worker:
        await harness.ended(worker, "environment", 5)
        await pool.execute("ALTER TABLE away RENAME TO video")
        await harness.ended(worker, "completed")
    assert (harness.sqs.messages, harness.sqs.dead_letters) == ([], [])


async def test_a_copy_comes_back_no_sooner_than_the_message_would_have(harness: Harness, pool: Pool) -> None:
    harness.sqs.max_receives = 1
    harness.errors = [NotYet("the video is not there yet")]
    harness.send()
    async with harness.worker(max_receives=1) as worker:
        await harness.ended(worker, "scheduled")
        (copy,) = harness.sqs.messages
        assert copy.receives == 0
        assert 850 < harness.sqs.hidden_s(copy) <= 900


async def test_a_message_whose_copy_cannot_be_sent_is_not_deleted(harness: Harness) -> None:
    harness.sqs.max_receives = 1
    harness.errors = [BLOCKED]
    harness.sqs.fail("SendMessage", "AccessDenied", times=9)
    message = harness.send()
    async with harness.worker(max_receives=1) as worker:
        await harness.ended(worker, "environment")
    assert harness.sqs.messages == [message]


async def test_kills_are_counted_by_the_row_whatever_the_queue_counts(harness: Harness, pool: Pool) -> None:
    harness.sqs.max_receives = 3
    harness.send()
    for _ in range(2):
        (message,) = await harness.queue.receive(1, 0, 30)
        assert isinstance(await harness.videos.claim(JOB, "killed", 30, message.id), Claim)
        await pool.execute("UPDATE video SET lease_until = now() - interval '1 second'")
        harness.sqs.pass_time(60)
    async with harness.worker(max_receives=3, retry=RetryPolicy(max_attempts=2)) as worker:
        await harness.ended(worker, "failed")
    assert worker.health.outcomes == {"renewed": 1, "failed": 1}
    assert (await harness.row())["error_message"] == "given up: the work was cut off 2 times without a word"
    assert harness.begun == []


async def test_a_queue_that_delivers_once_has_its_messages_worked_on(harness: Harness) -> None:
    harness.sqs.max_receives = 1
    harness.send()
    async with harness.worker(max_receives=1) as worker:
        await harness.ended(worker, "completed")


async def test_a_message_for_a_row_that_its_owner_has_not_made_yet_is_kept(harness: Harness, pool: Pool) -> None:
    await pool.execute("ALTER TABLE video ADD COLUMN teacher text NOT NULL")
    message = harness.send()
    async with harness.worker() as worker:
        await harness.ended(worker, "unfit")
        assert worker.health.fault is None
        await pool.execute("INSERT INTO video (id, teacher) VALUES ('v1', 'Ada')")
        assert 25 < harness.sqs.hidden_s(message) <= 30
        harness.sqs.pass_time(30)
        await harness.ended(worker, "completed")


async def test_a_message_that_the_table_never_takes_becomes_a_dead_letter_and_stops_nobody(
    harness: Harness, pool: Pool
) -> None:
    harness.sqs.max_receives = 1
    await pool.execute("ALTER TABLE video ALTER COLUMN id TYPE uuid USING id::uuid")
    good = "11111111-2222-3333-4444-555555555555"
    harness.send("v1")
    harness.send(good)
    async with harness.worker(max_receives=1) as worker:
        await harness.ended(worker, "completed")
        harness.sqs.pass_time(60)
        await harness.ended(worker, "unfit")
        assert worker.health.outcomes == {"unfit": 1, "completed": 1}
        reason = harness.sqs.dead_letters[0].attributes["reason"]["StringValue"]
        assert reason == "row_refused: 'v1' is no id of the table video: its id is a uuid"
        assert worker.health.fault is None


async def test_a_redriven_dead_letter_is_worked_on_anew(harness: Harness, pool: Pool) -> None:
    harness.sqs.max_receives = 1
    await pool.execute("ALTER TABLE video ADD COLUMN teacher text NOT NULL")
    harness.send()
    async with harness.worker(max_receives=1) as worker:
        await harness.ended(worker, "unfit")
        harness.sqs.pass_time(60)
        await wait_until(lambda: len(harness.sqs.dead_letters) == 1)
        await pool.execute("ALTER TABLE video DROP COLUMN teacher")
        await redrive(harness.queue, Console(file=io.StringIO()), dry_run=False)
        await harness.ended(worker, "completed")
    assert harness.sqs.dead_letters == []


async def test_a_message_is_not_let_go_before_its_row_says_why(harness: Harness, pool: Pool) -> None:
    harness.may_end.clear()
    message = harness.send()
    async with harness.worker(lease_s=3) as worker:
        await wait_until(lambda: len(harness.begun) == 1)
        harness.fails = VideoError("the video is private", code="private")
        await pool.execute("ALTER TABLE lectern.video_attempt RENAME TO away")
        harness.may_end.set()
        await harness.ended(worker, "not_written")
        assert message in harness.sqs.messages
        await pool.execute("ALTER TABLE lectern.away RENAME TO video_attempt")
        harness.errors = [harness.fails]
        harness.fails = None
        await harness.ended(worker, "failed")
    assert (await harness.row())["error_message"] == "the video is private"


async def test_a_message_is_left_to_whoever_took_its_row(harness: Harness, pool: Pool) -> None:
    harness.may_end.clear()
    message = harness.send()
    async with harness.worker() as worker:
        await wait_until(lambda: len(harness.begun) == 1)
        harness.fails = VideoError("the video is private", code="private")
        await pool.execute("UPDATE video SET lease_token = lease_token + 1, lease_owner = 'w2'")
        harness.may_end.set()
        await harness.ended(worker, "lease_lost")
    assert message in harness.sqs.messages
    assert (await harness.row())["lease_owner"] == "w2"


async def test_a_new_message_for_a_video_that_failed_is_a_new_try(harness: Harness) -> None:
    harness.errors = [VideoError("the video is private", code="private")]
    harness.send()
    async with harness.worker() as worker:
        await harness.ended(worker, "failed")
        harness.send()
        await harness.ended(worker, "completed")
    assert len(harness.begun) == 2


async def test_the_same_message_delivered_again_after_it_failed_is_not_tried_again(harness: Harness) -> None:
    harness.errors = [VideoError("the video is private", code="private")]
    harness.sqs.fail("DeleteMessage", "AccessDenied")
    harness.send()
    async with harness.worker() as worker:
        await harness.ended(worker, "failed")
        harness.sqs.pass_time(60)
        await harness.ended(worker, "duplicate")
    assert len(harness.begun) == 1
    assert (await harness.row())["error_message"] == "the video is private"
    assert harness.sqs.messages == []


async def test_an_error_may_bound_its_own_tries(harness: Harness) -> None:
    unavailable = TransientError("YouTube says no more than: Video unavailable", retry_after_s=0.01, max_attempts=2)
    harness.errors = [unavailable, unavailable]
    harness.send()
    async with harness.worker() as worker:
        await harness.ended(worker, "failed")
    row = await harness.row()
    assert (row["status"], row["attempts"]) == ("failed", 2)
    assert row["error_message"] == f"given up after 2 attempts: {unavailable}"


async def test_a_video_that_no_attempt_will_come_back_to_is_forgotten_at_once(harness: Harness) -> None:
    harness.errors = [TransientError("broke off", retry_after_s=1), TransientError("broke off")]
    harness.send()
    async with harness.worker(retry=RetryPolicy(max_attempts=2)) as worker:
        await harness.ended(worker, "retry")
        assert harness.forgotten == []
        await harness.ended(worker, "failed")
        assert harness.forgotten == ["v1"]
