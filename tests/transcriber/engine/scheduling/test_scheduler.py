"""The policy that forms batches, with a clock that tests turn by hand."""

from tests.support.transcriber.schedules import Bench, Request, names
from transcriber.engine.scheduling.scheduler import COMPANY_WAIT_S, PATIENCE
from transcriber.model.backend import Ask


def test_an_empty_schedule_gives_an_empty_batch() -> None:
    assert Bench().schedule.take() == []


def test_requests_take_turns_one_row_each() -> None:
    bench = Bench(size=4)
    for name in "ab":
        bench.add(Request(name), 6, first=1)
    assert sorted(names(bench.schedule.take())) == ["a", "a", "b", "b"]


def test_whoever_was_not_served_for_longest_is_next() -> None:
    bench = Bench(size=1)
    for name in "abc":
        bench.add(Request(name), 3, first=1)
    assert [names(bench.schedule.take())[0] for _ in range(6)] == list("abcabc")


def test_a_short_clip_behind_three_long_files_is_in_the_next_batch() -> None:
    bench = Bench()
    for name in ("one", "two", "three"):
        bench.add(Request(name), 20)
    in_flight = bench.schedule.take()
    bench.add(Request("clip"), 1, seconds=10.0)
    assert "clip" not in names(in_flight)
    assert "clip" in names(bench.schedule.take()), "one batch under way and its own: two batch times, less than 2.5"


def test_a_late_clip_needs_two_batches_at_most_wherever_in_the_queue_it_arrives() -> None:
    bench = Bench()
    for name in ("one", "two", "three"):
        bench.add(Request(name), 20)
    for number in range(6):
        bench.schedule.take()
        bench.add(Request(f"clip{number}"), 1, seconds=10.0)
        assert f"clip{number}" in names(bench.schedule.take())


def test_a_first_window_goes_before_later_ones() -> None:
    bench = Bench(size=1)
    bench.add(Request("later"), 1, first=3)
    bench.add(Request("first"), 1)
    assert names(bench.schedule.take()) == ["first"]


def test_interactive_goes_before_bulk() -> None:
    bench = Bench(size=2)
    bench.add(Request("bulk", bulk=True), 2)
    bench.add(Request("person"), 2, first=1)
    assert names(bench.schedule.take()) == ["person", "person"]


def test_bulk_gets_its_turn_in_every_fourth_batch_of_a_saturated_queue() -> None:
    bench = Bench(size=2)
    bulk = Request("bulk", bulk=True)
    bench.add(bulk, 5, first=1)
    served: list[int] = []
    for number in range(5 * PATIENCE):
        bench.add(Request("person"), 2)
        if "bulk" in names(bench.schedule.take()):
            served.append(number)
    assert len(served) == 5, "its share, though more people come than are served"
    assert served[0] < PATIENCE


def test_a_stream_of_new_clips_does_not_starve_a_long_file() -> None:
    bench = Bench(size=2)
    bench.add(Request("file"), 5, first=1)
    served = 0
    for _ in range(5 * PATIENCE):
        bench.add(Request("clip"), 2)
        served += "file" in names(bench.schedule.take())
    assert served == 5


def test_a_rare_kind_of_row_leads_the_fourth_batch_at_the_latest() -> None:
    bench = Bench(size=1)
    for number in range(10):
        bench.add(Request(f"file{number}"), 1, first=1)
    bench.add(Request("rare"), 1, first=1, ask=Ask(token_times=True))
    assert "rare" in [names(bench.schedule.take())[0] for _ in range(PATIENCE)]


def test_a_batch_has_one_key_and_languages_and_tasks_share_it() -> None:
    bench = Bench()
    bench.add(Request("german"), 1, language="de")
    bench.add(Request("translated"), 1, language="fr", ask=Ask(task="translate"))
    bench.add(Request("timed"), 1, ask=Ask(token_times=True))
    bench.add(Request("prompted"), 1, prompt_length=12)
    batches = [sorted(names(bench.schedule.take())) for _ in range(3)]
    assert sorted(batches) == [["german", "translated"], ["prompted"], ["timed"]]


def test_a_clip_of_two_seconds_does_not_share_its_cap_with_a_full_window() -> None:
    bench = Bench()
    short, full = bench.add(Request(), 1, seconds=2.0)[0], bench.add(Request(), 1)[0]
    assert (short.max_new_tokens, full.max_new_tokens) == (64, 224)
    assert short.key != full.key


def test_rows_of_like_duration_are_put_together() -> None:
    bench = Bench(size=4)
    for seconds in (30.0, 29.0, 8.0, 28.0, 9.0, 27.0):
        bench.add(Request(str(seconds)), 1, seconds=seconds)
    assert sorted(names(bench.schedule.take())) == ["27.0", "28.0", "29.0", "30.0"]


def test_a_full_batch_is_taken_as_long_as_there_are_rows() -> None:
    bench = Bench()
    bench.add(Request("only"), 20)
    assert [len(bench.schedule.take()) for _ in range(4)] == [8, 8, 4, 0]


def test_several_models_share_what_does_not_fill_a_batch_for_each() -> None:
    bench = Bench(size=4, models=3)
    bench.add(Request("file"), 7)
    assert [len(bench.schedule.take()) for _ in range(4)] == [3, 2, 1, 1]


def test_several_models_take_full_batches_of_a_long_queue() -> None:
    bench = Bench(size=4, models=2)
    bench.add(Request("file"), 20)
    assert len(bench.schedule.take()) == 4


def test_the_model_waits_for_company_ten_milliseconds_at_most() -> None:
    bench = Bench()
    bench.add(Request(), 1)
    assert bench.schedule.company_wait_s(on_their_way=True) == COMPANY_WAIT_S
    bench.clock.now = COMPANY_WAIT_S
    assert bench.schedule.company_wait_s(on_their_way=True) == 0


def test_the_model_never_waits_when_no_more_rows_will_come() -> None:
    bench = Bench()
    bench.add(Request(), 1)
    assert bench.schedule.company_wait_s(on_their_way=False) == 0


def test_the_model_never_waits_for_more_than_half_a_batch() -> None:
    bench = Bench()
    bench.add(Request(), 4)
    assert bench.schedule.company_wait_s(on_their_way=True) == 0
