"""The report of what was missed: speech that no word accounts for."""

import pytest

from tests.support.transcriber.heard_windows import said, window
from transcriber.schemas import Coverage
from transcriber.text.coverage import CoverageReport
from transcriber.text.segmenter import Heard

SENTENCE = "The astronomer measured the distance of the moon in the nineteenth century, and found it large enough."


def report(speech: list[tuple[float, float]], *windows: Heard) -> Coverage:
    found = CoverageReport()
    for heard in windows:
        found.add(heard)
    return found.result(speech)


def test_all_speech_that_became_text_is_covered() -> None:
    found = report([(1.2, 4.8), (8.1, 10)], said("The sun is a star.", window((1, 5), (8, 10))))
    assert found.gaps == ()
    assert found.transcribed_s == found.speech_s == 5.5


def test_a_window_without_text_is_a_gap() -> None:
    found = report([(1, 5)], said("", window((1, 5), (8, 8.5))))
    assert found.gaps == ((1, 5),)
    assert found.transcribed_s == 0


def test_a_stretch_that_no_word_touches_is_a_gap() -> None:
    times = ((0.0, 2.0), (2.0, 3.6))
    found = report([(0, 4), (10, 14)], said("The sun.", window((0, 4), (10, 14)), times=times))
    assert found.gaps == ((10, 14),)
    assert found.transcribed_s == 4


def test_a_second_of_text_does_not_account_for_half_a_minute_of_speech() -> None:
    heard = said("So it is.", window((0, 28)), times=((0.0, 0.3), (0.3, 0.6), (0.6, 1.0)))
    found = report([(0, 28)], heard)
    assert found.transcribed_s == pytest.approx(1.5)
    assert found.gaps == ((1.5, 28),)


def test_a_word_that_is_given_the_time_of_a_lost_sentence_accounts_for_itself_only() -> None:
    heard = said("So it is.", window((0, 28)), times=((0.0, 0.3), (0.3, 0.6), (0.6, 28.0)))
    assert report([(0, 28)], heard).transcribed_s < 4


def test_guessed_times_of_a_few_words_do_not_hide_what_is_lost() -> None:
    assert report([(0, 28)], said("So it is.", window((0, 28)))).transcribed_s < 10


@pytest.mark.parametrize("text", [SENTENCE, "今天我们谈谈太阳和月亮它们都很大也很远但是太阳更大"])
def test_guessed_times_of_a_full_window_cover_it(text: str) -> None:
    assert report([(0, 6)], said(text, window((0, 6)))).gaps == ()


def test_a_short_pause_between_words_is_no_gap() -> None:
    heard = said("So it is.", window((0, 5)), times=((0.2, 1.0), (1.9, 3.0), (3.9, 4.6)))
    assert report([(0, 5)], heard).transcribed_s == 5


def test_a_gap_inside_a_stretch_is_seen() -> None:
    heard = said("So it", window((0, 12)), times=((0.0, 1.0), (11.0, 12.0)))
    found = report([(0, 12)], heard)
    assert found.gaps == ((1.5, 10.5),)
    assert found.transcribed_s == 3


def test_words_of_several_windows_are_added_up() -> None:
    speech = [(0.0, 4.0), (5.0, 9.0), (20.0, 24.0)]
    first, second = said(SENTENCE, window((0, 4), (5, 9))), said("Thus.", window((20, 24), index=1), times=((0, 1),))
    found = report(speech, first, second)
    assert (found.speech_s, found.transcribed_s, found.gaps) == (12, 9.5, ((21.5, 24),))


def test_text_that_stayed_low_confidence_is_reported() -> None:
    assert report([(3, 6)], said("hm hm", window((3, 6)), failed_guard="logprob")).low_confidence == ((3, 6),)
