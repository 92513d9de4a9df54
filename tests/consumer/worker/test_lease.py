"""The lease beats while work goes on, bites when it is lost, and is silent once the work has ended."""

import asyncio

import pytest

from consumer.errors import LeaseLost, TransientError
from consumer.models import Status
from consumer.worker.lease import Lease
from infra.sandbox.waiting import wait_until

TICK_S = 0.01
FOREVER_S = 30


class Holder:
    """Both halves of a lease, which fail as told."""

    def __init__(self) -> None:
        self.beats = 0
        self.shown: list[tuple[Status, float]] = []
        self.failures: list[Exception] = []
        self.always: Exception | None = None
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.finished = 0

    async def extend(self, seconds: float) -> None:
        self.beats += 1
        await self.may_answer.wait()
        self.finished += 1
        if self.always is not None:
            raise self.always
        if self.failures:
            raise self.failures.pop()

    async def show(self, status: Status, fraction: float) -> None:
        self.shown.append((status, fraction))


def lease(holder: Holder, seconds: float = 0.09) -> Lease:
    return Lease(holder, seconds, tick_s=TICK_S)


async def test_it_beats_while_the_body_works() -> None:
    holder = Holder()
    async with lease(holder):
        await wait_until(lambda: holder.beats >= 3)


async def test_progress_reaches_the_row_at_the_next_tick_as_a_share_of_the_whole() -> None:
    holder = Holder()
    async with lease(holder) as held:
        held.report("transcribe", 0.5)
        await wait_until(lambda: holder.shown == [("transcribing", 0.45)])


async def test_another_status_reaches_the_row_at_once() -> None:
    holder = Holder()
    async with Lease(holder, FOREVER_S, tick_s=FOREVER_S) as held:
        held.report("audio", 1.0)
        held.report("transcribe", 0.0)
        await wait_until(lambda: holder.shown == [("transcribing", 0.2)])


async def test_progress_that_has_not_changed_is_not_written_again() -> None:
    holder = Holder()
    async with lease(holder) as held:
        held.report("study", 0.0)
        await wait_until(lambda: holder.beats >= 2)
    assert holder.shown == [("generating", 0.7)]


async def test_one_failed_beat_is_survived() -> None:
    holder = Holder()
    holder.failures = [TransientError("SQS throttles")]
    async with lease(holder, seconds=0.3):
        await wait_until(lambda: holder.beats >= 3)


async def test_beats_that_never_succeed_cancel_the_body_before_the_lease_ends() -> None:
    holder = Holder()
    holder.always = TransientError("no network")
    began = asyncio.get_running_loop().time()
    with pytest.raises(LeaseLost, match="could not be kept: no network"):
        async with lease(holder, seconds=0.5):
            await asyncio.sleep(FOREVER_S)
    assert asyncio.get_running_loop().time() - began < 0.5


async def test_a_beat_that_hangs_cancels_the_body_before_the_lease_ends() -> None:
    holder = Holder()
    holder.may_answer.clear()
    began = asyncio.get_running_loop().time()
    with pytest.raises(LeaseLost, match="could not be kept"):
        async with lease(holder, seconds=0.5):
            await asyncio.sleep(FOREVER_S)
    assert asyncio.get_running_loop().time() - began < 0.5


async def test_a_lost_lease_cancels_the_body_at_once() -> None:
    holder = Holder()
    holder.always = LeaseLost("another consumer works on it")
    cleaned: list[str] = []

    async def body() -> None:
        async with lease(holder):
            try:
                await asyncio.sleep(FOREVER_S)
            finally:
                cleaned.append("the body's clean-up ran")

    with pytest.raises(LeaseLost, match="another consumer"):
        await body()
    assert cleaned


async def test_a_heartbeat_that_dies_of_a_bug_takes_the_body_with_it() -> None:
    holder = Holder()
    holder.always = ZeroDivisionError("a bug")
    with pytest.raises(LeaseLost, match="heartbeat"):
        async with lease(holder):
            await asyncio.sleep(FOREVER_S)


async def test_a_lease_lost_in_the_body_s_last_moment_is_still_lost() -> None:
    holder = Holder()
    holder.may_answer.clear()
    holder.always = LeaseLost("another consumer works on it")

    async def body() -> None:
        async with lease(holder):
            await wait_until(lambda: holder.beats == 1)
            holder.may_answer.set()

    with pytest.raises(LeaseLost):
        await body()


async def test_the_task_is_not_left_cancelled_after_a_lost_lease() -> None:
    holder = Holder()
    holder.always = LeaseLost("another consumer works on it")
    with pytest.raises(LeaseLost):
        async with lease(holder):
            await asyncio.sleep(FOREVER_S)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)  # would raise if a cancel were still pending


async def test_leaving_waits_for_a_beat_under_way_so_that_nothing_overwrites_what_follows() -> None:
    holder = Holder()
    holder.may_answer.clear()

    async def body() -> None:
        async with lease(holder, seconds=1.5):
            await wait_until(lambda: holder.beats == 1)
            asyncio.get_running_loop().call_later(0.05, holder.may_answer.set)
            raise TransientError("the work failed")

    with pytest.raises(TransientError, match="the work failed"):
        await body()
    assert holder.finished == holder.beats == 1


async def test_no_beat_comes_after_the_block() -> None:
    holder = Holder()
    async with lease(holder):
        await wait_until(lambda: holder.beats >= 1)
    beats = holder.beats
    await asyncio.sleep(10 * TICK_S)  # the one sleep: nothing must happen
    assert holder.beats == beats


async def test_a_cancel_from_outside_stays_a_cancel() -> None:
    holder = Holder()

    async def body() -> None:
        async with lease(holder):
            await asyncio.sleep(FOREVER_S)

    task = asyncio.create_task(body())
    await wait_until(lambda: holder.beats >= 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_body_s_own_error_passes_through() -> None:
    with pytest.raises(TransientError, match="mine"):
        async with lease(Holder()):
            raise TransientError("mine")
