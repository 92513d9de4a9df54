"""Where windows are cut."""

import pytest

from tests.support.transcriber.simple_speech import Loudness, sound
from transcriber.audio.vad import SpeechDetector
from transcriber.audio.windowing import WindowCutter
from transcriber.audio.windows import SAMPLE_RATE, CutWindow, Samples


def cut(audio: Samples, max_s: float = 30.0) -> list[CutWindow]:
    cutter = WindowCutter(Loudness(), max_s)
    return cutter.feed(audio) + cutter.finish()


def test_a_window_ends_at_the_longest_pause_near_its_end_though_more_would_fit() -> None:
    made = cut(sound(12, 0.3, 12.5, 2, 2, 0.3, 10))
    assert made[0].end == pytest.approx(24.8 + 0.4, abs=0.1)
    assert made[1].start == pytest.approx(26.8 - 0.4, abs=0.1)


def test_a_long_pause_far_from_the_end_does_not_cut_a_window_short() -> None:
    made = cut(sound(5, 3, 12, 0.3, 9, 0.3, 10))
    assert made[0].end == pytest.approx(29.3 + 0.15, abs=0.1)


def test_a_window_ends_at_a_pause_of_five_seconds_though_it_is_short() -> None:
    made = cut(sound(4, 6, 3, 1, 3))
    assert [window.duration for window in made] == pytest.approx([4.4, 7.4], abs=0.5)


def test_of_two_pauses_alike_the_later_one_ends_the_window() -> None:
    made = cut(sound(12, 0.3, 12.5, 0.6, 2, 0.6, 10))
    assert made[0].end == pytest.approx(27.4 + 0.3, abs=0.1)


def test_a_window_knows_the_pause_after_it() -> None:
    made = cut(sound(12, 0.3, 12.5, 2, 40))
    assert [window.pause_s for window in made[:2]] == [pytest.approx(2, abs=0.1), 0]


def test_speech_longer_than_a_window_is_a_window_by_itself() -> None:
    made = cut(sound(3, 1, 40, 1, 3))
    assert sum(window.duration for window in made) >= 46
    assert all(window.duration <= 30 for window in made)


def test_endless_speech_in_short_windows_is_not_cut_into_crumbs() -> None:
    stretches = SpeechDetector(Loudness(), 4.2).feed(sound(60))
    assert min(stretch.end - stretch.start for stretch in stretches) >= 2.1 * SAMPLE_RATE - 512
