"""Each guard on one text that it must find and one that it must not."""

import math

import pytest

from tests.support.transcriber.fakes import heard
from transcriber.model.quality import TEMPERATURES, Attempt, Guard, final_attempt, judge

UNLIKELY: tuple[Guard, float] = ("logprob", -1.6)
LATER: tuple[Guard, float] = ("compression", -1.1)
SENTENCE = "The astronomer measured the distance of the moon in the nineteenth century."


def guard_of(text: str, avg_logprob: float = -0.3, duration_s: float = 30.0, told: str = "") -> Guard | None:
    return judge(heard(text, avg_logprob), text, 0.0, duration_s, told).failed_guard


def test_an_ordinary_sentence_is_believed() -> None:
    assert guard_of(SENTENCE) is None


def test_text_that_packs_too_well_is_low_confidence() -> None:
    assert guard_of("and so on and so forth, " * 12) == "compression"


def test_unlikely_text_is_low_confidence() -> None:
    assert guard_of(SENTENCE, avg_logprob=-1.2) == "logprob"


def test_a_likelihood_that_is_not_a_number_is_low_confidence_and_made_one() -> None:
    attempt = judge(heard(SENTENCE, math.nan, math.nan), SENTENCE, 0.0, 30.0)
    assert attempt.failed_guard == "logprob"
    assert math.isfinite(attempt.hypothesis.avg_logprob)
    assert math.isfinite(attempt.hypothesis.no_speech_prob)


def test_a_loop_too_short_for_the_compression_ratio_is_found() -> None:
    assert guard_of("We go to " + "see it " * 3 + "see it now, says the old professor.") == "loop"


def test_a_word_repeated_for_emphasis_is_believed() -> None:
    assert guard_of("No, no, no, no: the moon is not a star.") is None


def test_more_words_than_anybody_says_are_low_confidence() -> None:
    assert guard_of("So it is as it was: I do as I do, he is as he is.", duration_s=1.5) == "pace"


def test_more_characters_than_anybody_says_are_low_confidence_where_words_have_no_spaces() -> None:
    text = "".join(chr(0x4E00 + 7 * n) for n in range(200))
    assert guard_of(text, duration_s=3.0) == "pace"


def test_a_prompt_recited_is_low_confidence() -> None:
    assert guard_of("Kepler, Tycho Brahe, Galileo.", told="kepler tycho brahe galileo newton") == "echo"


def test_saying_a_word_of_the_prompt_is_believed() -> None:
    assert guard_of("Kepler!", told="kepler tycho brahe galileo newton") is None


def test_no_text_is_silence_and_not_low_confidence() -> None:
    attempt = judge(heard(""), "", 0.0, 30.0)
    assert attempt.silent
    assert attempt.failed_guard is None


def test_unlikely_text_where_nobody_seems_to_speak_is_silence() -> None:
    attempt = judge(heard("Thank you.", -1.5, no_speech_prob=0.8), "Thank you.", 0.0, 30.0)
    assert attempt.silent
    assert final_attempt([attempt]) is attempt


def test_likely_text_is_kept_though_nobody_seems_to_speak() -> None:
    assert not judge(heard("Thank you.", -0.3, no_speech_prob=0.8), "Thank you.", 0.0, 30.0).silent


def attempts(*failures: tuple[Guard | None, float]) -> list[Attempt]:
    return [
        Attempt(heard(f"try {n}", logprob), f"try {n}", TEMPERATURES[n], guard)
        for n, (guard, logprob) in enumerate(failures)
    ]


def test_a_low_confidence_attempt_goes_again() -> None:
    assert final_attempt(attempts(("logprob", -1.5))) is None


def test_the_first_believed_attempt_is_kept() -> None:
    tries = attempts(("logprob", -1.5), (None, -0.9))
    assert final_attempt(tries) is tries[1]


def test_at_the_end_of_the_ladder_the_likeliest_without_repetition_is_kept() -> None:
    tries = attempts(
        ("compression", -0.1), ("logprob", -1.6), ("logprob", -1.2), ("loop", -0.2), ("logprob", -1.4), ("logprob", -2)
    )
    assert final_attempt(tries) is tries[2]


def test_if_all_attempts_repeat_themselves_the_likeliest_is_kept() -> None:
    tries = attempts(("loop", -1.0), *[LATER] * 5)
    assert final_attempt(tries) is tries[0]


@pytest.mark.parametrize("guard", ["compression", "loop", "pace", "echo"])
def test_at_the_end_of_the_ladder_what_was_surely_not_said_is_not_kept_however_likely(guard: Guard) -> None:
    tries = attempts((guard, -0.1), *[UNLIKELY] * 4, ("logprob", -1.4))
    assert final_attempt(tries) is tries[5]


def test_an_unlikely_loop_is_a_loop() -> None:
    assert guard_of("We go to " + "see it " * 3 + "see it now, says the old professor.", avg_logprob=-1.2) == "loop"


def test_babble_that_recites_the_prompt_is_no_better_for_being_unlikely() -> None:
    assert guard_of("Kepler, Tycho Brahe, Galileo.", -1.2, told="kepler tycho brahe galileo newton") == "echo"
    assert guard_of("So it is as it was: I do as I do, he is as he is.", -1.2, duration_s=1.5) == "pace"
