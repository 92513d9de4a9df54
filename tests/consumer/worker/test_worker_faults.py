"""What is broken around the worker stops it from receiving, costs no attempt, and is found mended."""

from consumer.database.postgres import Pool
from consumer.errors import Dependency, EnvironmentFault
from consumer.models import Job
from infra.sandbox.waiting import wait_until
from tests.support.consumer.harness import Harness

JOB = Job("v1", "abcdefghijk")
BLOCKED = EnvironmentFault("YouTube limits this address", code="rate_limited", dependency=Dependency.YOUTUBE)


async def test_a_broken_environment_spends_no_attempt_and_stops_receiving(harness: Harness) -> None:
    harness.errors = [BLOCKED]
    message = harness.send()
    async with harness.worker(first_pause_s=20) as worker:
        await harness.ended(worker, "environment")
        assert worker.health.fault == "YouTube: YouTube limits this address"
        other = harness.send("v2")
        polls = len(harness.sqs.called("ReceiveMessage"))
        assert (await harness.row())["attempts"] == 0
        assert 15 < harness.sqs.hidden_s(message) <= 20
    assert len(harness.sqs.called("ReceiveMessage")) <= polls + 1
    assert harness.sqs.visible(other)


async def test_a_mended_environment_is_found_by_one_message_and_work_goes_on(harness: Harness) -> None:
    harness.errors = [BLOCKED for _ in range(2)]
    harness.send()
    async with harness.worker() as worker:
        await harness.ended(worker, "completed")
        assert worker.health.fault is None
    assert worker.health.outcomes == {"environment": 2, "completed": 1}
    assert (await harness.row())["attempts"] == 1


async def test_while_the_environment_is_broken_one_message_at_a_time_is_tried(harness: Harness) -> None:
    harness.errors = [BLOCKED]
    harness.send()
    async with harness.worker(concurrency=2) as worker:
        await harness.ended(worker, "environment")
        harness.may_end.clear()
        harness.send("v2")
        harness.send("v3")
        await wait_until(lambda: len(harness.begun) == 2)
        assert worker.health.in_flight == 1
        harness.may_end.set()
        await harness.ended(worker, "completed", 3)


async def test_a_queue_that_fails_for_a_while_turns_health_red_and_green_again(
    harness: Harness,
) -> None:
    async with harness.worker() as worker:
        harness.sqs.fail("ReceiveMessage", "AccessDenied", times=3)
        await wait_until(lambda: worker.health.fault is not None)
        assert "SQS refused to receive messages" in str(worker.health.fault)
        await wait_until(lambda: worker.health.fault is None)


async def test_a_queue_that_fails_once_is_polled_again_although_a_long_job_is_under_way(harness: Harness) -> None:
    harness.may_end.clear()
    harness.send()
    async with harness.worker(concurrency=2) as worker:
        await wait_until(lambda: len(harness.begun) == 1)
        harness.sqs.fail("ReceiveMessage", "AccessDenied")
        await wait_until(lambda: worker.health.fault is not None)
        harness.send("v2")
        await wait_until(lambda: len(harness.begun) == 2)
        assert worker.health.fault is None


async def test_a_mended_environment_is_found_although_a_long_job_is_under_way(harness: Harness) -> None:
    harness.may_end.clear()
    harness.send("long")
    async with harness.worker(concurrency=3) as worker:
        await wait_until(lambda: len(harness.begun) == 1)
        harness.errors = [BLOCKED]
        harness.send("v2")
        await harness.ended(worker, "environment")
        await wait_until(lambda: len(harness.begun) == 3)
        harness.may_end.set()
        await harness.ended(worker, "completed", 2)
        assert worker.health.fault is None


async def test_nothing_is_begun_while_the_database_is_away_and_all_is_done_afterwards(
    harness: Harness, pool: Pool
) -> None:
    await pool.execute("ALTER TABLE video RENAME TO away")
    harness.send()
    async with harness.worker() as worker:
        await harness.ended(worker, "environment")
        assert harness.begun == []
        assert "the database could not claim a video" in str(worker.health.fault)
        await pool.execute("ALTER TABLE away RENAME TO video")
        await harness.ended(worker, "completed")
        assert worker.health.fault is None


async def test_a_bad_message_is_kept_while_the_database_is_away(harness: Harness, pool: Pool) -> None:
    await pool.execute("ALTER TABLE video RENAME TO away")
    harness.send(url="https://vimeo.com/1")
    async with harness.worker() as worker:
        await harness.ended(worker, "environment")
        assert len(harness.sqs.messages) == 1
        await pool.execute("ALTER TABLE away RENAME TO video")
        await harness.ended(worker, "bad_message")


async def test_a_bug_in_one_job_leaves_its_message_and_the_other_jobs_alone(harness: Harness) -> None:
    harness.errors = [ZeroDivisionError("a bug")]
    message = harness.send()
    async with harness.worker(concurrency=1) as worker:
        await harness.ended(worker, "crashed")
        harness.send("v2")
        await harness.ended(worker, "completed")
    assert message in harness.sqs.messages
