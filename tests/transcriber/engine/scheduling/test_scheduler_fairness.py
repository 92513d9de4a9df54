"""How long a newcomer waits, whatever else is queued: kinds that cannot share a batch, retries, bulk."""

import pytest

from tests.support.transcriber.schedules import Harness, Request, names
from transcriber.engine.scheduling.scheduler import FAIRNESS_EVERY, MAX_RETRY_BATCHES, RECOVERY

BATCH_S = 0.5


def crowd(harness: Harness, kinds: int) -> None:
    """Long files, each with a prompt length of its own, and a retry queue of low-confidence rows."""
    unsure = harness.add(Request("unsure"), 3 * harness.size, prompt_length=5)
    while harness.schedule.take():
        pass
    harness.send_back(*unsure)
    for kind in range(kinds):
        harness.add(Request(f"file{kind}"), 60, first=1, prompt_length=10 + kind)


@pytest.mark.parametrize("kinds", [1, 3, 6])
@pytest.mark.parametrize("size", [1, 4, 16])
def test_a_newcomer_of_a_kind_of_its_own_is_in_the_second_next_batch_at_the_latest(size: int, kinds: int) -> None:
    harness = Harness(size=size)
    crowd(harness, kinds)
    for number in range(4 * FAIRNESS_EVERY):
        taken = [harness.schedule.take()]
        harness.add(Request(f"clip{number}"), 1, seconds=10.0, prompt_length=4)
        for _ in range(2):
            harness.clock.now += BATCH_S
            taken.append(harness.schedule.take())
        assert f"clip{number}" in names(taken[1]) + names(taken[2])
        harness.send_back(*(row for batch in taken for row in batch if row.again and len(row.attempts) < 5))


def test_no_kind_of_row_starves_while_newcomers_keep_coming() -> None:
    harness = Harness(size=2)
    crowd(harness, 6)
    seen: set[str] = set()
    for number in range(2 * FAIRNESS_EVERY * 7):
        harness.clock.now += BATCH_S
        harness.add(Request(f"clip{number}"), 2, prompt_length=4)
        seen |= set(names(harness.schedule.take()))
    assert {f"file{kind}" for kind in range(6)} | {"unsure"} <= seen


def test_low_confidence_rows_of_several_requests_take_turns() -> None:
    harness = Harness(size=8)
    many, one = harness.add(Request("many"), 6), harness.add(Request("one"), 1)
    harness.schedule.take()
    harness.send_back(*many, *one)
    assert "one" in names(harness.schedule.take()), "not behind all six"


def test_low_confidence_rows_of_a_person_go_before_those_of_bulk() -> None:
    harness = Harness(size=4)
    bulk, person = harness.add(Request("bulk", bulk=True), 2), harness.add(Request("person"), 2)
    harness.schedule.take()
    harness.send_back(*bulk, *person)
    assert [names(harness.schedule.take()) for _ in range(2)] == [["person"], ["person"]]


def test_a_full_retry_queue_goes_on_until_memory_is_within_bounds() -> None:
    harness = Harness(size=1)
    unsure = harness.add(Request("unsure"), MAX_RETRY_BATCHES + 4)
    while harness.schedule.take():
        pass
    harness.send_back(*unsure)
    harness.add(Request("fresh"), 9)
    assert [names(harness.schedule.take())[0] for _ in range(5)] == ["unsure"] * 4 + ["fresh"]


def test_an_older_batch_that_fails_too_does_not_raise_the_size_again() -> None:
    harness = Harness(size=8)
    rows = harness.add(Request(), 8)
    harness.schedule.shrink(rows[:4])
    harness.schedule.shrink(rows)
    assert harness.schedule.batch_size == 2


def test_a_size_that_was_halved_grows_again_slowly_and_no_further_than_it_was() -> None:
    harness = Harness(size=4)
    rows = harness.add(Request(), 4)
    harness.schedule.shrink(rows)
    for _ in range(RECOVERY):
        assert harness.schedule.batch_size == 2
        harness.schedule.fitted(2)
    assert harness.schedule.batch_size == 3
    for _ in range(9 * RECOVERY):
        harness.schedule.fitted(4)
    assert harness.schedule.batch_size == 4


def test_a_batch_that_is_not_full_says_nothing_about_memory() -> None:
    harness = Harness(size=8)
    rows = harness.add(Request(), 8)
    harness.schedule.shrink(rows)
    for _ in range(2 * RECOVERY):
        harness.schedule.fitted(3)
    assert harness.schedule.batch_size == 4
