"""A worker that is told to stop: nothing is lost, nothing is hidden, and being interrupted is not a failure."""

import asyncio

from consumer.models import Outcome
from infra.sandbox.standins.sqs import Stored
from infra.sandbox.waiting import wait_until
from tests.support.consumer.harness import Bench


async def test_a_message_that_an_open_poll_brings_after_the_stop_goes_straight_back(bench: Bench) -> None:
    async with bench.worker(poll_s=5) as worker:
        await wait_until(lambda: bench.sqs.polls_open == 1)
        worker.handle_exit()
        message = bench.send()
        await wait_until(lambda: bool(bench.sqs.called("ChangeMessageVisibility")))
        assert bench.sqs.visible(message)
    assert bench.begun == []
    assert await bench.row() == {}


async def test_work_that_ends_within_the_grace_is_completed(bench: Bench) -> None:
    bench.gate.clear()
    bench.send()
    async with bench.worker() as worker:
        await wait_until(lambda: len(bench.begun) == 1)
        worker.handle_exit()
        bench.gate.set()
    assert (await bench.row())["status"] == "completed"
    assert bench.sqs.messages == []


async def test_work_that_outlasts_the_grace_is_released_at_once_and_spends_no_attempt(bench: Bench) -> None:
    message = await interrupted(bench, drain_s=0.05, signals=1)
    row = await bench.row()
    assert (row["status"], row["attempts"], row["lease_until"], row["error_message"]) == ("queued", 0, None, None)
    assert bench.sqs.visible(message)
    assert [attempt["outcome"] for attempt in await bench.videos.attempts("v1")] == ["interrupted"]


async def test_a_second_signal_cuts_the_grace_short(bench: Bench) -> None:
    began = asyncio.get_running_loop().time()
    message = await interrupted(bench, drain_s=60, signals=2)
    assert asyncio.get_running_loop().time() - began < 5
    assert bench.sqs.visible(message)


async def test_what_one_worker_released_another_completes(bench: Bench) -> None:
    await interrupted(bench, drain_s=0.05, signals=1)
    bench.gate.set()
    async with bench.worker(owner="w2") as second:
        await bench.ended(second, "completed")
    row = await bench.row()
    assert (row["status"], row["attempts"], row["lease_token"]) == ("completed", 1, 2)
    assert bench.sqs.messages == []


async def test_a_release_that_fails_does_not_stop_the_others(bench: Bench) -> None:
    bench.gate.clear()
    first, second = bench.send("v1"), bench.send("v2")
    async with bench.worker(drain_s=0.05, concurrency=2) as worker:
        await wait_until(lambda: len(bench.begun) == 2)
        bench.sqs.fail("ChangeMessageVisibility", "AccessDenied")
        bench.gate = asyncio.Event()
        worker.handle_exit()
        await wait_until(lambda: worker.health.in_flight == 0)
    assert bench.sqs.visible(first) != bench.sqs.visible(second)
    assert [(await bench.row(video))["status"] for video in ("v1", "v2")] == ["queued", "queued"]


async def test_the_last_write_survives_the_shutdown_of_a_lost_lease(bench: Bench) -> None:
    bench.gate.clear()
    message = bench.send()
    async with bench.worker(drain_s=0.05) as worker:
        await wait_until(lambda: len(bench.begun) == 1)
        await bench.videos.give_up(bench.begun[0], Outcome("queued", "retry"))
        worker.handle_exit()
        await wait_until(lambda: worker.health.in_flight == 0)
    assert (await bench.row())["attempts"] == 1
    assert message in bench.sqs.messages


async def interrupted(bench: Bench, *, drain_s: float, signals: int) -> Stored:
    """Stop a worker in the middle of its work; the message it had."""
    bench.gate.clear()
    message = bench.send()
    async with bench.worker(drain_s=drain_s) as worker:
        await wait_until(lambda: len(bench.begun) == 1)
        for _ in range(signals):
            worker.handle_exit()
        await wait_until(lambda: worker.health.in_flight == 0)
    return message
