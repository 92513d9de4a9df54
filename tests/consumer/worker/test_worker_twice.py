"""A message that comes twice, or whose work somebody else took over: done once."""

from consumer.database.postgres import Pool
from consumer.database.videos import Claim
from consumer.models import Job
from infra.sandbox.waiting import wait_until
from tests.support.consumer.harness import Bench

JOB = Job("v1", "abcdefghijk")


async def test_a_duplicate_of_a_completed_video_is_deleted_without_work(bench: Bench) -> None:
    bench.send()
    async with bench.worker() as worker:
        await bench.ended(worker, "completed")
        bench.send()
        await bench.ended(worker, "duplicate")
    assert len(bench.begun) == 1
    assert bench.sqs.messages == []


async def test_a_duplicate_of_a_video_under_way_waits_and_ends_without_work(bench: Bench) -> None:
    bench.gate.clear()
    bench.send()
    async with bench.worker() as worker:
        await wait_until(lambda: len(bench.begun) == 1)
        duplicate = bench.send()
        await bench.ended(worker, "held")
        assert 20 < bench.sqs.hidden_s(duplicate) <= 31
        bench.gate.set()
        await bench.ended(worker, "completed")
        bench.sqs.pass_time(60)
        await bench.ended(worker, "duplicate")
    assert len(bench.begun) == 1


async def test_a_delete_that_fails_after_the_row_is_done_costs_nothing_but_a_redelivery(bench: Bench) -> None:
    bench.sqs.fail("DeleteMessage", "AccessDenied")
    bench.send()
    async with bench.worker() as worker:
        await bench.ended(worker, "completed")
        assert len(bench.sqs.messages) == 1
        bench.sqs.pass_time(60)
        await bench.ended(worker, "duplicate")
    assert len(bench.begun) == 1
    assert bench.sqs.messages == []


async def test_a_message_taken_by_somebody_else_cancels_the_work_and_nothing_more_is_touched(bench: Bench) -> None:
    bench.gate.clear()
    message = bench.send()
    async with bench.worker(lease_s=3) as worker:
        await wait_until(lambda: len(bench.begun) == 1)
        bench.sqs.steal(message)
        await bench.ended(worker, "lease_lost")
    assert bench.sqs.messages == [message]
    assert bench.sqs.hidden_s(message) > 3000
    assert bench.sqs.stale_deletes == 0


async def test_a_zombie_is_fenced_from_the_row_and_deletes_nothing(bench: Bench, pool: Pool) -> None:
    bench.gate.clear()
    message = bench.send()
    async with bench.worker() as worker:
        await wait_until(lambda: len(bench.begun) == 1)
        await pool.execute("UPDATE video SET lease_until = now() - interval '1 second'")
        newer = await bench.videos.claim(JOB, "w2", 30, "m1")
        bench.gate.set()
        await bench.ended(worker, "lease_lost")
    row = await bench.row()
    assert isinstance(newer, Claim)
    assert (row["lease_owner"], row["lease_token"], row["manifest_key"]) == ("w2", newer.token, None)
    assert bench.sqs.messages == [message]
