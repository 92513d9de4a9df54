"""Aligned words go to the speech they overlap, and last no longer than people take to say them."""

import pytest

from transcriber.audio.windows import Span, Window
from transcriber.model.backend import WindowWord
from transcriber.text.word_times import in_file_time, placed, with_sound

# Speech from 0 to 3 s and from 30 to 34 s of the file; in the window the second stretch begins at 3.8 s.
WINDOW = Window(0, 8.2, (Span(0, 3.4, 0), Span(29.6, 34.4, 3.4)), speech=((0.2, 3.0), (3.8, 7.8)))


def test_the_first_word_after_a_pause_is_shown_after_it() -> None:
    said = [WindowWord(2.0, 2.9, " star.", 0.9), WindowWord(2.9, 4.2, " So", 0.9), WindowWord(4.2, 4.5, " it", 0.9)]
    shown = in_file_time(placed(said, WINDOW), WINDOW)
    assert shown[0].end < 3.4
    assert shown[1].start == pytest.approx(29.8, abs=0.3), "26 s later than its place on the aligner's path"


@pytest.mark.parametrize(
    ("before", "word", "right_s"),
    [
        (" star.", WindowWord(2.5, 4.0, " So", 0.9), 3.6),
        (" star", WindowWord(2.5, 4.0, " so", 0.9), 3.6),
        (" star", WindowWord(2.5, 4.0, " so.", 0.9), 2.5),
        (" star", WindowWord(2.9, 4.0, " so.", 0.9), 3.6),
        (" star.", WindowWord(3.2, 3.7, " so", 0.9), 3.6),
    ],
    ids=["a sentence ended", "no mark", "its mark ends a sentence", "almost nothing is before", "in the pause"],
)
def test_a_word_across_a_pause_is_on_one_side_of_it(before: str, word: WindowWord, right_s: float) -> None:
    said = [WindowWord(2.0, word.start, before, 0.9), word, WindowWord(4.0, 4.5, " it", 0.9)]
    assert placed(said, WINDOW)[1].start == pytest.approx(right_s)


def test_a_word_before_a_pause_ends_before_it() -> None:
    said = [WindowWord(2.0, 2.2, " a", 0.9), WindowWord(2.2, 4.0, " star,", 0.9), WindowWord(4.0, 4.5, " so", 0.9)]
    assert in_file_time(placed(said, WINDOW), WINDOW)[1].end <= 3.4


def test_of_a_word_that_is_too_long_a_sentences_first_keeps_its_end_and_any_other_its_start() -> None:
    window = Window(0, 20, (Span(0, 20, 0),), speech=((0, 20),))
    said = [WindowWord(0, 1, " Stars.", 0.9), WindowWord(1, 9, " Please", 0.9), WindowWord(9, 18, " enter", 0.9)]
    _, please, enter = placed(said, window)
    assert (please.end, enter.start) == (9, 9)
    assert please.start > 7
    assert enter.end < 11


@pytest.mark.parametrize(
    ("text", "right_s"), [(" to", 11.7), (" Well,", 9.0)], ids=["on a clap", "said alone, as its mark tells"]
)
def test_a_clap_is_not_the_first_word_of_the_sentence_after_it(text: str, right_s: float) -> None:
    window = Window(0, 20, (Span(0, 20, 0),), speech=((0, 3), (9, 9.5), (12, 14)))
    said = [
        WindowWord(1.5, 2.2, " level", 0.9),
        WindowWord(9.0, 9.5, text, 0.9),
        WindowWord(12.0, 12.4, " lock", 0.9),
        WindowWord(12.4, 12.8, " it.", 0.9),
    ]
    assert placed(said, window)[1].start == pytest.approx(right_s)


@pytest.mark.parametrize(
    ("text", "right_s"), [(" to", 12.0), (" Well,", 9.1)], ids=["on a clap", "said alone, as its mark tells"]
)
def test_nor_is_a_clap_whose_pauses_the_window_left_out(text: str, right_s: float) -> None:
    spans = (Span(0, 3, 0), Span(9, 9.6, 3.0), Span(12, 14, 3.6))
    window = Window(0, 5.6, spans, speech=((0, 2.8), (3.1, 3.5), (3.7, 5.5)))
    said = [
        WindowWord(1.5, 2.2, " level", 0.9),
        WindowWord(3.1, 3.4, text, 0.9),
        WindowWord(3.8, 4.2, " lock", 0.9),
        WindowWord(4.2, 4.8, " it.", 0.9),
    ]
    times = [word.start for word in in_file_time(placed(said, window), window)]
    assert times[1] == pytest.approx(right_s)
    assert times[2] == pytest.approx(12.2)


def test_a_word_on_a_breath_right_after_a_sentence_is_moved_to_its_own() -> None:
    window = Window(0, 20, (Span(0, 20, 0),), speech=((0, 3), (3.6, 4.9), (8, 10)))
    said = [
        WindowWord(2.3, 3.0, " representative", 0.9),
        WindowWord(3.6, 3.9, " To", 0.1),
        WindowWord(3.9, 8.3, " listen", 0.9),
        WindowWord(8.3, 8.6, " to", 0.9),
    ]
    assert [word.start for word in placed(said, window)] == pytest.approx([2.3, 7.5, 7.8, 8.3])


def test_words_outside_all_speech_stay_where_they_are() -> None:
    said = [WindowWord(8.0, 8.2, " hm", 0.9)]
    assert placed(said, WINDOW) == tuple(said)


def test_words_of_a_loop_that_the_aligner_finds_no_sound_for_are_none() -> None:
    loop = [*(WindowWord(n, n + 0.5, " hello", 0.9) for n in range(12)), *[WindowWord(12, 12, " hello", 0.9)] * 90]
    assert len(with_sound(loop)) == 12


def test_one_word_without_length_is_a_word() -> None:
    said = [WindowWord(0, 0.5, " the", 0.9), WindowWord(0.5, 0.5, " a", 0.9), WindowWord(0.5, 1, " moon", 0.9)]
    assert with_sound(said) == said
