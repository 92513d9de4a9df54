"""The oracle's rule of the bills: a planted double payment is found, one that a kill explains is not."""

import signal

import pytest

from infra.sandbox.standins.model_api import Asking
from tests.faults.bills import KEPT_S, ON_ITS_WAY_S, Disturbance, asked_again, bought_again, paid_twice

BEGAN = 1_000.0
KILL = signal.SIGKILL.name


def asking(process: int, came_at: float, *, request: str = "cards", was_left: bool = False) -> Asking:
    """Answered within a second."""
    return Asking({"task": request}, str(process), came_at, came_at + 1, was_left)


ONCE, AGAIN = asking(1, BEGAN), asking(2, BEGAN + 20)


def test_a_planted_double_payment_is_found_and_says_who_asked_and_when() -> None:
    said = paid_twice([ONCE, AGAIN], [])
    assert len(said) == 1
    assert "by 1 from 1000.00 to 1001.00 and by 2 from 1020.00 to 1021.00" in said[0]


def test_two_requests_are_not_one_paid_for_twice() -> None:
    askings = [ONCE, asking(2, BEGAN, request="quiz")]
    assert paid_twice(askings, []) == []
    assert asked_again(askings) == 0


@pytest.mark.parametrize("after_s", [-ON_ITS_WAY_S / 2, 0.5, 1 + KEPT_S / 2])
def test_what_was_cut_off_on_its_way_unanswered_or_not_kept_yet_may_be_asked_again(after_s: float) -> None:
    assert paid_twice([ONCE, AGAIN], [Disturbance(BEGAN + after_s, KILL, 1)]) == []
    assert asked_again([ONCE, AGAIN]) == 1


@pytest.mark.parametrize("after_s", [-2 * ON_ITS_WAY_S, 2 + KEPT_S])
def test_a_kill_before_it_or_long_after_its_answer_excuses_nothing(after_s: float) -> None:
    assert len(paid_twice([ONCE, AGAIN], [Disturbance(BEGAN + after_s, KILL, 1)])) == 1


def test_the_kill_of_another_consumer_excuses_nothing() -> None:
    assert len(paid_twice([ONCE, AGAIN], [Disturbance(BEGAN + 0.5, KILL, 3)])) == 1


def test_one_kill_excuses_one_repetition_and_no_third() -> None:
    third = asking(3, BEGAN + 40)
    assert len(paid_twice([ONCE, AGAIN, third], [Disturbance(BEGAN + 0.5, KILL, 1)])) == 1


def test_a_frozen_consumer_that_asks_beside_its_successor_is_excused_whoever_came_first() -> None:
    """The successor's was under way and came to its end: it is the one that counts."""
    frozen = asking(1, BEGAN + 20.5)
    assert paid_twice([AGAIN, frozen], [Disturbance(BEGAN + 21, "lease lost", 1)]) == []


def test_a_cut_connection_is_everybodys_disturbance() -> None:
    assert paid_twice([ONCE, AGAIN], [Disturbance(BEGAN + 0.5, "cut")]) == []


def test_a_client_that_leaves_undisturbed_has_wasted_its_call() -> None:
    said = paid_twice([asking(1, BEGAN, was_left=True), AGAIN], [])
    assert "who had left" in said[0]


def test_only_a_lecture_of_which_a_request_was_asked_again_may_have_cost_more_than_its_manifest_says() -> None:
    askings = [asking(1, BEGAN, request=f"Lecture number {number}") for number in (3, 4, 4)]
    assert bought_again(askings) == {"4"}


def test_a_judge_who_is_told_no_title_is_known_by_the_sound_that_other_requests_name_as_well() -> None:
    written = [
        asking(1, BEGAN, request=f"Lecture number {number}: it falls, in lecture {sound}")
        for number, sound in ((3, 4987407), (4, 2421007))
    ]
    judged = asking(1, BEGAN, request="is it so? It falls, in lecture 4987407")
    assert bought_again([*written, judged]) == set()
    assert bought_again([*written, judged, judged]) == {"3"}
