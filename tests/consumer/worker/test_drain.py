"""A worker that is told to stop: nothing is lost, nothing is hidden, and being interrupted is not a failure."""

import asyncio

from consumer.models import Outcome, Status
from infra.sandbox.standins.sqs import Stored
from infra.sandbox.waiting import wait_until
from tests.support.consumer.harness import Harness


async def test_a_message_that_an_open_poll_brings_after_the_stop_goes_straight_back(harness: Harness) -> None:
    async with harness.worker(poll_s=5) as worker:
        await wait_until(lambda: harness.sqs.polls_open == 1)
        worker.handle_exit()
        message = harness.send()
        await wait_until(lambda: bool(harness.sqs.called("ChangeMessageVisibility")))
        assert harness.sqs.visible(message)
    assert harness.begun == []
    assert await harness.row() == {}


async def test_work_that_ends_within_the_grace_is_completed(harness: Harness) -> None:
    harness.may_end.clear()
    harness.send()
    async with harness.worker() as worker:
        await wait_until(lambda: len(harness.begun) == 1)
        worker.handle_exit()
        harness.may_end.set()
        await harness.ended(worker, "completed")  # the end of the block would be a second signal
    assert (await harness.row())["status"] == "completed"
    assert harness.sqs.messages == []


async def test_work_that_outlasts_the_grace_is_released_at_once_and_spends_no_attempt(harness: Harness) -> None:
    message = await interrupted(harness, drain_s=0.05, signals=1)
    row = await harness.row()
    assert (row["status"], row["attempts"], row["lease_until"], row["error_message"]) == ("queued", 0, None, None)
    assert harness.sqs.visible(message)
    assert [attempt["outcome"] for attempt in await harness.videos.attempts("v1")] == ["interrupted"]


async def test_a_second_signal_cuts_the_grace_short(harness: Harness) -> None:
    began = asyncio.get_running_loop().time()
    message = await interrupted(harness, drain_s=60, signals=2)
    assert asyncio.get_running_loop().time() - began < 5
    assert harness.sqs.visible(message)


async def test_a_second_signal_does_not_wait_for_the_queue_either(harness: Harness) -> None:
    async with harness.worker(poll_s=20) as worker:
        await wait_until(lambda: harness.sqs.polls_open == 1)
        began = asyncio.get_running_loop().time()
        worker.handle_exit()
        worker.handle_exit()
    assert asyncio.get_running_loop().time() - began < 2


async def test_what_one_worker_released_another_completes(harness: Harness) -> None:
    await interrupted(harness, drain_s=0.05, signals=1)
    harness.may_end.set()
    async with harness.worker(owner="w2") as second:
        await harness.ended(second, "completed")
    row = await harness.row()
    assert (row["status"], row["attempts"], row["lease_token"]) == ("completed", 1, 2)
    assert harness.sqs.messages == []


async def test_a_release_that_fails_does_not_stop_the_others(harness: Harness) -> None:
    harness.may_end.clear()
    first, second = harness.send("v1"), harness.send("v2")
    async with harness.worker(drain_s=0.05, concurrency=2) as worker:
        await wait_until(lambda: len(harness.begun) == 2)
        harness.sqs.fail("ChangeMessageVisibility", "AccessDenied")
        harness.may_end = asyncio.Event()
        worker.handle_exit()
        await wait_until(lambda: worker.health.in_flight == 0)
    assert harness.sqs.visible(first) != harness.sqs.visible(second)
    assert [(await harness.row(video))["status"] for video in ("v1", "v2")] == ["queued", "queued"]


async def test_the_last_write_survives_the_shutdown_of_a_lost_lease(harness: Harness) -> None:
    harness.may_end.clear()
    message = harness.send()
    async with harness.worker(drain_s=0.05) as worker:
        await wait_until(lambda: len(harness.begun) == 1)
        await harness.videos.give_up(harness.begun[0], Outcome("retry", Status.QUEUED))
        worker.handle_exit()
        await wait_until(lambda: worker.health.in_flight == 0)
    assert (await harness.row())["attempts"] == 1
    assert message in harness.sqs.messages


async def interrupted(harness: Harness, *, drain_s: float, signals: int) -> Stored:
    """Stop a worker in the middle of its work; the message it had."""
    harness.may_end.clear()
    message = harness.send()
    async with harness.worker(drain_s=drain_s) as worker:
        await wait_until(lambda: len(harness.begun) == 1)
        for _ in range(signals):
            worker.handle_exit()
        await wait_until(lambda: worker.health.in_flight == 0)
    return message
