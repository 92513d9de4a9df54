"""A message that comes twice, or whose work somebody else took over: done once."""

from consumer.database.postgres import Pool
from consumer.database.videos import Claim
from consumer.models import Job
from infra.sandbox.waiting import wait_until
from tests.support.consumer.harness import Harness

JOB = Job("v1", "abcdefghijk")


async def test_a_duplicate_of_a_completed_video_is_deleted_without_work(harness: Harness) -> None:
    harness.send()
    async with harness.worker() as worker:
        await harness.ended(worker, "completed")
        harness.send()
        await harness.ended(worker, "duplicate")
    assert len(harness.begun) == 1
    assert harness.sqs.messages == []


async def test_a_duplicate_of_a_video_under_way_waits_and_ends_without_work(harness: Harness) -> None:
    harness.may_end.clear()
    harness.send()
    async with harness.worker() as worker:
        await wait_until(lambda: len(harness.begun) == 1)
        duplicate = harness.send()
        await harness.ended(worker, "held")
        assert 20 < harness.sqs.hidden_s(duplicate) <= 31
        harness.may_end.set()
        await harness.ended(worker, "completed")
        harness.sqs.pass_time(60)
        await harness.ended(worker, "duplicate")
    assert len(harness.begun) == 1


async def test_a_delete_that_fails_after_the_row_is_done_costs_nothing_but_a_redelivery(harness: Harness) -> None:
    harness.sqs.fail("DeleteMessage", "AccessDenied")
    harness.send()
    async with harness.worker() as worker:
        await harness.ended(worker, "completed")
        assert len(harness.sqs.messages) == 1
        harness.sqs.pass_time(60)
        await harness.ended(worker, "duplicate")
    assert len(harness.begun) == 1
    assert harness.sqs.messages == []


async def test_a_message_taken_by_somebody_else_cancels_the_work_and_nothing_more_is_touched(harness: Harness) -> None:
    harness.may_end.clear()
    message = harness.send()
    async with harness.worker(lease_s=3) as worker:
        await wait_until(lambda: len(harness.begun) == 1)
        harness.sqs.steal(message)
        await harness.ended(worker, "lease_lost")
    assert harness.sqs.messages == [message]
    assert harness.sqs.hidden_s(message) > 3000
    assert harness.sqs.stale_deletes == 0


async def test_a_zombie_is_fenced_from_the_row_and_deletes_nothing(harness: Harness, pool: Pool) -> None:
    harness.may_end.clear()
    message = harness.send()
    async with harness.worker() as worker:
        await wait_until(lambda: len(harness.begun) == 1)
        await pool.execute("UPDATE video SET lease_until = now() - interval '1 second'")
        newer = await harness.videos.claim(JOB, "w2", 30, "m1")
        harness.may_end.set()
        await harness.ended(worker, "lease_lost")
    row = await harness.row()
    assert isinstance(newer, Claim)
    assert (row["lease_owner"], row["lease_token"], row["manifest_key"]) == ("w2", newer.token, None)
    assert harness.sqs.messages == [message]


async def test_a_queue_that_falters_for_longer_than_the_lease_costs_seconds_and_no_attempt(harness: Harness) -> None:
    harness.may_end.clear()
    harness.send()
    async with harness.worker(lease_s=3) as worker:
        await wait_until(lambda: len(harness.begun) == 1)
        harness.sqs.fail("ChangeMessageVisibility", "ServiceUnavailable", times=999, status=503)
        await harness.ended(worker, "lease_lost")
        harness.sqs.fail("ChangeMessageVisibility", "ServiceUnavailable", times=0)
        row = await harness.row()
        assert (row["status"], row["attempts"], row["lease_until"]) == ("queued", 0, None)
        harness.may_end.set()
        await harness.ended(worker, "completed")
    assert harness.sqs.messages == []


async def test_a_message_waits_as_long_as_the_lease_of_its_video_and_no_longer_however_often_it_came(
    harness: Harness,
) -> None:
    await harness.videos.claim(JOB, "killed", 20, "m1")
    message = harness.send()
    message.receives = 8
    async with harness.worker() as worker:
        await harness.ended(worker, "held")
    assert 15 < harness.sqs.hidden_s(message) <= 21
