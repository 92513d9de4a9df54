"""Low-confidence rows, a full retry queue and scarce memory in the policy that forms batches."""

from tests.support.transcriber.schedules import Harness, Request, names
from transcriber.engine.scheduling.scheduler import FAIRNESS_EVERY, MAX_RETRY_BATCHES, RETRY_WAIT_S


def test_a_low_confidence_row_waits_for_others_of_its_kind_but_not_for_long() -> None:
    harness = Harness(size=8)
    unsure = harness.add(Request("unsure"), 1)[0]
    harness.schedule.take()
    harness.send_back(unsure)
    harness.add(Request("fresh"), 20)
    assert set(names(harness.schedule.take())) == {"fresh"}
    harness.clock.now = RETRY_WAIT_S
    assert names(harness.schedule.take()) == ["unsure"]


def test_a_low_confidence_row_goes_at_once_when_nothing_else_is_ready() -> None:
    harness = Harness()
    unsure = harness.add(Request("unsure"), 1)[0]
    harness.schedule.take()
    harness.send_back(unsure)
    assert names(harness.schedule.take()) == ["unsure"]


def test_retries_run_in_quarter_batches_and_alternate_with_fresh_rows() -> None:
    harness = Harness(size=8)
    unsure = harness.add(Request("unsure"), 8)
    harness.schedule.take()
    harness.send_back(*unsure)
    harness.add(Request("fresh"), 32)
    taken = [names(harness.schedule.take()) for _ in range(4)]
    assert [(batch[0], len(batch)) for batch in taken] == [("unsure", 2), ("fresh", 8)] * 2


def test_a_retry_queue_that_outgrows_memory_goes_first() -> None:
    harness = Harness(size=2)
    unsure = harness.add(Request("unsure"), 2 * MAX_RETRY_BATCHES + 3)
    while harness.schedule.take():
        pass
    harness.send_back(*unsure)
    harness.add(Request("fresh"), 4)
    assert [names(harness.schedule.take())[0] for _ in range(3)] == ["unsure"] * 3


def test_every_fourth_batch_stays_blind_to_priority_while_retries_take_turns() -> None:
    harness = Harness(size=4)
    harness.add(Request("bulk", bulk=True), 3, first=1)
    unsure = harness.add(Request("unsure"), 8)
    while len(harness.schedule) > 3:
        harness.schedule.take()
    served = 0
    for _ in range(8 * FAIRNESS_EVERY):
        harness.add(Request("person"), 4)
        batch = harness.schedule.take()
        served += names(batch).count("bulk")
        if unsure:
            harness.send_back(unsure.pop())
    assert served == 3


def test_dropping_a_request_frees_its_rows_everywhere() -> None:
    harness = Harness()
    gone = Request("gone")
    rows = harness.add(gone, 3)
    harness.schedule.take()
    harness.send_back(rows[0])
    harness.add(gone, 2, first=3)
    assert harness.schedule.drop(gone) == 3
    assert len(harness.schedule) == 0


def test_running_out_of_memory_halves_batches_for_good() -> None:
    harness = Harness(size=8)
    harness.add(Request(), 20)
    harness.schedule.shrink(harness.schedule.take())
    assert len(harness.schedule.take()) == 4


def test_running_out_of_memory_in_a_retry_leaves_first_attempts_alone() -> None:
    harness = Harness(size=16)
    unsure = harness.add(Request(), 8)
    harness.schedule.take()
    harness.send_back(*unsure)
    harness.schedule.shrink(harness.schedule.take())
    assert (harness.schedule.retry_size, harness.schedule.batch_size) == (2, 16)
