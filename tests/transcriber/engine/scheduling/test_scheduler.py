"""The policy that forms batches, with a clock that tests turn by hand."""

from tests.support.transcriber.schedules import Harness, Request, names
from transcriber.engine.scheduling.scheduler import BATCHING_DELAY_S, FAIRNESS_EVERY
from transcriber.model.backend import Ask


def test_an_empty_schedule_gives_an_empty_batch() -> None:
    assert Harness().schedule.take() == []


def test_first_windows_take_turns() -> None:
    harness = Harness(size=4)
    for name in "ab":
        harness.add(Request(name), 6)
    assert names(harness.schedule.take())[:2] == ["a", "b"]


def test_whoever_has_the_least_left_is_next() -> None:
    harness = Harness(size=1)
    harness.add(Request("long", audio_s=3600), 3, first=1)
    harness.add(Request("short", audio_s=300), 3, first=1)
    assert [names(harness.schedule.take())[0] for _ in range(FAIRNESS_EVERY - 1)] == ["short"] * 3


def test_of_files_of_one_length_the_first_is_done_before_the_next_is_gone_on_with() -> None:
    """Abreast they would all be late: half of them have their answer sooner, and the last one no later."""
    harness = Harness(size=2)
    for name in "abc":
        harness.add(Request(name, audio_s=120), 4, first=1)
    assert [names(harness.schedule.take()) for _ in range(FAIRNESS_EVERY - 1)] == [["a", "a"], ["a", "a"], ["b", "b"]]


def test_in_a_fairness_batch_whoever_was_not_served_for_longest_is_next() -> None:
    harness = Harness(size=1)
    harness.add(Request("a", audio_s=300), 20, first=1)
    for name in "bc":
        harness.add(Request(name, audio_s=3600), 20, first=1)
    served = [names(harness.schedule.take())[0] for _ in range(3 * FAIRNESS_EVERY)]
    assert "".join(served) == "aaabaaacaaab"


def test_a_short_clip_behind_three_long_files_is_in_the_next_batch() -> None:
    harness = Harness()
    for name in ("one", "two", "three"):
        harness.add(Request(name), 20)
    in_flight = harness.schedule.take()
    harness.add(Request("clip"), 1, seconds=10.0)
    assert "clip" not in names(in_flight)
    assert "clip" in names(harness.schedule.take()), "one batch under way and its own: two batch times, less than 2.5"


def test_a_late_clip_needs_two_batches_at_most_wherever_in_the_queue_it_arrives() -> None:
    harness = Harness()
    for name in ("one", "two", "three"):
        harness.add(Request(name), 20)
    for number in range(6):
        harness.schedule.take()
        harness.add(Request(f"clip{number}"), 1, seconds=10.0)
        assert f"clip{number}" in names(harness.schedule.take())


def test_a_first_window_goes_before_later_ones() -> None:
    harness = Harness(size=1)
    harness.add(Request("later"), 1, first=3)
    harness.add(Request("first"), 1)
    assert names(harness.schedule.take()) == ["first"]


def test_interactive_goes_before_bulk() -> None:
    harness = Harness(size=2)
    harness.add(Request("bulk", bulk=True), 2)
    harness.add(Request("person"), 2, first=1)
    assert names(harness.schedule.take()) == ["person", "person"]


def test_bulk_gets_its_turn_in_every_fourth_batch_of_a_saturated_queue() -> None:
    harness = Harness(size=2)
    bulk = Request("bulk", bulk=True)
    harness.add(bulk, 5, first=1)
    served: list[int] = []
    for number in range(5 * FAIRNESS_EVERY):
        harness.add(Request("person"), 2)
        if "bulk" in names(harness.schedule.take()):
            served.append(number)
    assert len(served) == 5, "its share, though more people come than are served"
    assert served[0] < FAIRNESS_EVERY


def test_a_stream_of_new_clips_does_not_starve_a_long_file() -> None:
    harness = Harness(size=2)
    harness.add(Request("file"), 5, first=1)
    served = 0
    for _ in range(5 * FAIRNESS_EVERY):
        harness.add(Request("clip"), 2)
        served += "file" in names(harness.schedule.take())
    assert served == 5


def test_a_rare_kind_of_row_leads_the_fourth_batch_at_the_latest() -> None:
    harness = Harness(size=1)
    for number in range(10):
        harness.add(Request(f"file{number}"), 1, first=1)
    harness.add(Request("rare"), 1, first=1, ask=Ask(token_times=True))
    assert "rare" in [names(harness.schedule.take())[0] for _ in range(FAIRNESS_EVERY)]


def test_a_batch_has_one_key_and_languages_and_tasks_share_it() -> None:
    harness = Harness()
    harness.add(Request("german"), 1, language="de")
    harness.add(Request("translated"), 1, language="fr", ask=Ask(task="translate"))
    harness.add(Request("timed"), 1, ask=Ask(token_times=True))
    harness.add(Request("prompted"), 1, prompt_length=12)
    batches = [sorted(names(harness.schedule.take())) for _ in range(3)]
    assert sorted(batches) == [["german", "translated"], ["prompted"], ["timed"]]


def test_a_clip_of_two_seconds_does_not_share_its_cap_with_a_full_window() -> None:
    harness = Harness()
    short, full = harness.add(Request(), 1, seconds=2.0)[0], harness.add(Request(), 1)[0]
    assert (short.max_new_tokens, full.max_new_tokens) == (64, 224)
    assert short.key != full.key


def test_rows_of_like_duration_are_put_together() -> None:
    harness = Harness(size=4)
    for seconds in (30.0, 29.0, 8.0, 28.0, 9.0, 27.0):
        harness.add(Request(str(seconds)), 1, seconds=seconds)
    assert sorted(names(harness.schedule.take())) == ["27.0", "28.0", "29.0", "30.0"]


def test_a_full_batch_is_taken_as_long_as_there_are_rows() -> None:
    harness = Harness()
    harness.add(Request("only"), 20)
    assert [len(harness.schedule.take()) for _ in range(4)] == [8, 8, 4, 0]


def test_several_models_share_what_does_not_fill_a_batch_for_each() -> None:
    harness = Harness(size=4, models=3)
    harness.add(Request("file"), 7)
    assert [len(harness.schedule.take()) for _ in range(4)] == [3, 2, 1, 1]


def test_several_models_take_full_batches_of_a_long_queue() -> None:
    harness = Harness(size=4, models=2)
    harness.add(Request("file"), 20)
    assert len(harness.schedule.take()) == 4


def test_the_model_delays_a_small_batch_by_ten_milliseconds_at_most() -> None:
    harness = Harness()
    harness.add(Request(), 1)
    assert harness.schedule.batching_delay_s(on_their_way=True) == BATCHING_DELAY_S
    harness.clock.now = BATCHING_DELAY_S
    assert harness.schedule.batching_delay_s(on_their_way=True) == 0


def test_the_model_never_waits_when_no_more_rows_will_come() -> None:
    harness = Harness()
    harness.add(Request(), 1)
    assert harness.schedule.batching_delay_s(on_their_way=False) == 0


def test_the_model_never_waits_for_more_than_half_a_batch() -> None:
    harness = Harness()
    harness.add(Request(), 4)
    assert harness.schedule.batching_delay_s(on_their_way=True) == 0
