"""What is broken around the worker stops it from receiving, costs no attempt, and is found mended."""

from consumer.database.postgres import Pool
from consumer.errors import EnvironmentFault
from consumer.models import Job
from infra.sandbox.waiting import wait_until
from tests.support.consumer.harness import Bench

JOB = Job("v1", "abcdefghijk")


async def test_a_broken_environment_spends_no_attempt_and_stops_receiving(bench: Bench) -> None:
    bench.errors = [EnvironmentFault("YouTube blocks this address")]
    message = bench.send()
    async with bench.worker(first_pause_s=20) as worker:
        await bench.ended(worker, "environment")
        assert worker.health.fault == "YouTube blocks this address"
        other = bench.send("v2")
        polls = len(bench.sqs.called("ReceiveMessage"))
        assert (await bench.row())["attempts"] == 0
        assert 15 < bench.sqs.hidden_s(message) <= 20
    assert len(bench.sqs.called("ReceiveMessage")) <= polls + 1
    assert bench.sqs.visible(other)


async def test_a_mended_environment_is_found_by_one_message_and_work_goes_on(bench: Bench) -> None:
    bench.errors = [EnvironmentFault("YouTube blocks this address") for _ in range(2)]
    bench.send()
    async with bench.worker() as worker:
        await bench.ended(worker, "completed")
        assert worker.health.fault is None
    assert worker.health.outcomes == {"environment": 2, "completed": 1}
    assert (await bench.row())["attempts"] == 1


async def test_while_the_environment_is_broken_one_message_at_a_time_is_tried(bench: Bench) -> None:
    bench.errors = [EnvironmentFault("YouTube blocks this address")]
    bench.send()
    async with bench.worker(concurrency=2) as worker:
        await bench.ended(worker, "environment")
        bench.gate.clear()
        bench.send("v2")
        bench.send("v3")
        await wait_until(lambda: len(bench.begun) == 2)
        assert worker.health.in_flight == 1
        bench.gate.set()
        await bench.ended(worker, "completed", 3)


async def test_a_queue_that_fails_for_a_while_turns_health_red_and_green_again_without_a_message(bench: Bench) -> None:
    async with bench.worker() as worker:
        bench.sqs.fail("ReceiveMessage", "AccessDenied", times=3)
        await wait_until(lambda: worker.health.fault is not None)
        assert "SQS refused to receive messages" in str(worker.health.fault)
        await wait_until(lambda: worker.health.fault is None)


async def test_a_queue_that_fails_once_is_polled_again_although_a_long_job_is_under_way(bench: Bench) -> None:
    bench.gate.clear()
    bench.send()
    async with bench.worker(concurrency=2) as worker:
        await wait_until(lambda: len(bench.begun) == 1)
        bench.sqs.fail("ReceiveMessage", "AccessDenied")
        await wait_until(lambda: worker.health.fault is not None)
        bench.send("v2")
        await wait_until(lambda: len(bench.begun) == 2)
        assert worker.health.fault is None


async def test_a_mended_environment_is_found_although_a_long_job_is_under_way(bench: Bench) -> None:
    bench.gate.clear()
    bench.send("long")
    async with bench.worker(concurrency=3) as worker:
        await wait_until(lambda: len(bench.begun) == 1)
        bench.errors = [EnvironmentFault("YouTube blocks this address")]
        bench.send("v2")
        await bench.ended(worker, "environment")
        await wait_until(lambda: len(bench.begun) == 3)
        bench.gate.set()
        await bench.ended(worker, "completed", 2)
        assert worker.health.fault is None


async def test_nothing_is_begun_while_the_database_is_away_and_all_is_done_afterwards(bench: Bench, pool: Pool) -> None:
    await pool.execute("ALTER TABLE video RENAME TO away")
    bench.send()
    async with bench.worker() as worker:
        await bench.ended(worker, "environment")
        assert bench.begun == []
        assert "the database could not claim a video" in str(worker.health.fault)
        await pool.execute("ALTER TABLE away RENAME TO video")
        await bench.ended(worker, "completed")
        assert worker.health.fault is None


async def test_a_bad_message_is_kept_while_the_database_is_away(bench: Bench, pool: Pool) -> None:
    await pool.execute("ALTER TABLE video RENAME TO away")
    bench.send(url="https://vimeo.com/1")
    async with bench.worker() as worker:
        await bench.ended(worker, "environment")
        assert len(bench.sqs.messages) == 1
        await pool.execute("ALTER TABLE away RENAME TO video")
        await bench.ended(worker, "bad_message")


async def test_a_bug_in_one_job_leaves_its_message_and_the_other_jobs_alone(bench: Bench) -> None:
    bench.errors = [ZeroDivisionError("a bug")]
    message = bench.send()
    async with bench.worker(concurrency=1) as worker:
        await bench.ended(worker, "crashed")
        bench.send("v2")
        await bench.ended(worker, "completed")
    assert message in bench.sqs.messages
