"""How long a newcomer waits, whatever else is queued: kinds of rows that cannot share a batch, doubted rows, bulk."""

import pytest

from tests.support.transcriber.schedules import Bench, Request, names
from transcriber.engine.scheduling.scheduler import MAX_LANE, PATIENCE, RECOVERY

BATCH_S = 0.5


def crowd(bench: Bench, kinds: int) -> None:
    """Long files, each with a prompt length of its own, and a lane of doubted rows."""
    doubted = bench.add(Request("doubted"), 3 * bench.size, prompt_length=5)
    while bench.schedule.take():
        pass
    bench.doubt(*doubted)
    for kind in range(kinds):
        bench.add(Request(f"file{kind}"), 60, first=1, prompt_length=10 + kind)


@pytest.mark.parametrize("kinds", [1, 3, 6])
@pytest.mark.parametrize("size", [1, 4, 16])
def test_a_newcomer_of_a_kind_of_its_own_is_in_the_second_next_batch_at_the_latest(size: int, kinds: int) -> None:
    bench = Bench(size=size)
    crowd(bench, kinds)
    for number in range(4 * PATIENCE):
        taken = [bench.schedule.take()]
        bench.add(Request(f"clip{number}"), 1, seconds=10.0, prompt_length=4)
        for _ in range(2):
            bench.clock.now += BATCH_S
            taken.append(bench.schedule.take())
        assert f"clip{number}" in names(taken[1]) + names(taken[2])
        bench.doubt(*(row for batch in taken for row in batch if row.again and len(row.attempts) < 5))


def test_no_kind_of_row_starves_while_newcomers_keep_coming() -> None:
    bench = Bench(size=2)
    crowd(bench, 6)
    seen: set[str] = set()
    for number in range(2 * PATIENCE * 7):
        bench.clock.now += BATCH_S
        bench.add(Request(f"clip{number}"), 2, prompt_length=4)
        seen |= set(names(bench.schedule.take()))
    assert {f"file{kind}" for kind in range(6)} | {"doubted"} <= seen


def test_doubted_rows_of_several_requests_take_turns() -> None:
    bench = Bench(size=8)
    many, one = bench.add(Request("many"), 6), bench.add(Request("one"), 1)
    bench.schedule.take()
    bench.doubt(*many, *one)
    assert "one" in names(bench.schedule.take()), "not behind all six"


def test_doubted_rows_of_a_person_go_before_those_of_bulk() -> None:
    bench = Bench(size=4)
    bulk, person = bench.add(Request("bulk", bulk=True), 2), bench.add(Request("person"), 2)
    bench.schedule.take()
    bench.doubt(*bulk, *person)
    assert [names(bench.schedule.take()) for _ in range(2)] == [["person"], ["person"]]


def test_a_full_lane_goes_on_until_memory_is_within_bounds() -> None:
    bench = Bench(size=1)
    doubted = bench.add(Request("doubted"), MAX_LANE + 4)
    while bench.schedule.take():
        pass
    bench.doubt(*doubted)
    bench.add(Request("fresh"), 9)
    assert [names(bench.schedule.take())[0] for _ in range(5)] == ["doubted"] * 4 + ["fresh"]


def test_an_older_batch_that_fails_too_does_not_raise_the_size_again() -> None:
    bench = Bench(size=8)
    rows = bench.add(Request(), 8)
    bench.schedule.shrink(rows[:4])
    bench.schedule.shrink(rows)
    assert bench.schedule.batch_size == 2


def test_a_size_that_was_halved_grows_again_slowly_and_no_further_than_it_was() -> None:
    bench = Bench(size=4)
    rows = bench.add(Request(), 4)
    bench.schedule.shrink(rows)
    for _ in range(RECOVERY):
        assert bench.schedule.batch_size == 2
        bench.schedule.fitted(rows[:2])
    assert bench.schedule.batch_size == 3
    for _ in range(9 * RECOVERY):
        bench.schedule.fitted(rows)
    assert bench.schedule.batch_size == 4


def test_a_batch_that_is_not_full_says_nothing_about_memory() -> None:
    bench = Bench(size=8)
    rows = bench.add(Request(), 8)
    bench.schedule.shrink(rows)
    for _ in range(2 * RECOVERY):
        bench.schedule.fitted(rows[:3])
    assert bench.schedule.batch_size == 4
