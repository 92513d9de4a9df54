"""Each stage has a limit, and no more is begun than can soon be heard."""

import asyncio

from consumer.pipeline.slots import Slots
from consumer.pipeline.stages import StageTimer
from infra.sandbox.waiting import wait_until


def ignore(stage: str, figure: float) -> None:
    """Nobody watches."""


async def test_a_stage_begins_when_there_is_a_place_in_it() -> None:
    slots, may_end = Slots(limits={"download": 2}), asyncio.Event()
    begun: list[str] = []

    async def begin(stage: str) -> None:
        begun.append(stage)

    async def video() -> None:
        with slots.turn() as turn:
            timer = StageTimer(ignore, begin, ignore, turn)
            async with timer.stage("download"):
                await may_end.wait()
            async with timer.stage("transcribe"):
                pass

    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(video())
        await wait_until(lambda: len(begun) == 2)
        await asyncio.sleep(0.02)
        assert begun == ["download", "download"]
        may_end.set()
    assert sorted(begun) == 5 * ["download"] + 5 * ["transcribe"]


async def test_what_is_being_heard_or_written_makes_room_for_others_until_it_ends() -> None:
    slots = Slots(ahead=2)
    assert [slots.room(in_flight) for in_flight in range(4)] == [2, 1, 0, 0]
    with slots.turn() as first, slots.turn():
        first.passes()
        first.passes()
        assert slots.moved.is_set()
        assert slots.room(2) == 1
    assert slots.room(0) == 2
