"""Doubted rows, full lanes and scarce memory in the policy that forms batches."""

from tests.support.transcriber.schedules import Bench, Request, names
from transcriber.engine.scheduling.scheduler import MAX_LANE, PATIENCE, RETRY_WAIT_S


def test_a_doubted_row_waits_for_company_of_its_kind_but_not_for_long() -> None:
    bench = Bench(size=8)
    doubted = bench.add(Request("doubted"), 1)[0]
    bench.schedule.take()
    bench.doubt(doubted)
    bench.add(Request("fresh"), 20)
    assert set(names(bench.schedule.take())) == {"fresh"}
    bench.clock.now = RETRY_WAIT_S
    assert names(bench.schedule.take()) == ["doubted"]


def test_a_doubted_row_goes_at_once_when_nothing_else_is_ready() -> None:
    bench = Bench()
    doubted = bench.add(Request("doubted"), 1)[0]
    bench.schedule.take()
    bench.doubt(doubted)
    assert names(bench.schedule.take()) == ["doubted"]


def test_retries_run_in_quarter_batches_and_alternate_with_fresh_rows() -> None:
    bench = Bench(size=8)
    doubted = bench.add(Request("doubted"), 8)
    bench.schedule.take()
    bench.doubt(*doubted)
    bench.add(Request("fresh"), 32)
    taken = [names(bench.schedule.take()) for _ in range(4)]
    assert [(batch[0], len(batch)) for batch in taken] == [("doubted", 2), ("fresh", 8)] * 2


def test_a_lane_of_doubted_rows_that_outgrows_memory_goes_first() -> None:
    bench = Bench(size=2)
    doubted = bench.add(Request("doubted"), 2 * MAX_LANE + 3)
    while bench.schedule.take():
        pass
    bench.doubt(*doubted)
    bench.add(Request("fresh"), 4)
    assert [names(bench.schedule.take())[0] for _ in range(3)] == ["doubted"] * 3


def test_every_fourth_batch_stays_blind_to_priority_while_retries_take_turns() -> None:
    bench = Bench(size=4)
    bench.add(Request("bulk", bulk=True), 3, first=1)
    doubted = bench.add(Request("doubted"), 8)
    while len(bench.schedule) > 3:
        bench.schedule.take()
    served = 0
    for _ in range(8 * PATIENCE):
        bench.add(Request("person"), 4)
        batch = bench.schedule.take()
        served += names(batch).count("bulk")
        if doubted:
            bench.doubt(doubted.pop())
    assert served == 3


def test_dropping_a_request_frees_its_rows_everywhere() -> None:
    bench = Bench()
    gone = Request("gone")
    rows = bench.add(gone, 3)
    bench.schedule.take()
    bench.doubt(rows[0])
    bench.add(gone, 2, first=3)
    assert bench.schedule.drop(gone) == 3
    assert len(bench.schedule) == 0


def test_running_out_of_memory_halves_batches_for_good() -> None:
    bench = Bench(size=8)
    bench.add(Request(), 20)
    bench.schedule.shrink(bench.schedule.take())
    assert len(bench.schedule.take()) == 4


def test_running_out_of_memory_in_a_retry_leaves_first_attempts_alone() -> None:
    bench = Bench(size=16)
    doubted = bench.add(Request(), 8)
    bench.schedule.take()
    bench.doubt(*doubted)
    bench.schedule.shrink(bench.schedule.take())
    assert (bench.schedule.retry_size, bench.schedule.batch_size) == (2, 16)
