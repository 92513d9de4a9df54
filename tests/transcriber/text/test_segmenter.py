"""From windows to segments, words and the report of what was missed."""

from dataclasses import replace

import pytest

from tests.support.transcriber.heard_windows import said, window
from transcriber.model.backend import WindowWord
from transcriber.schemas import Done, Info, Progress, Segment, SegmentEvent
from transcriber.text.assembly import Assembly
from transcriber.text.segmenter import MAX_SEGMENT_CHARACTERS, MAX_SEGMENT_S, Heard, Segmenter, joined
from transcriber.text.word_times import in_file_time, proportional, spread


def segments(*windows: Heard) -> list[Segment]:
    segmenter = Segmenter(with_words=True)
    return [segment for one in windows for segment in segmenter.add(one)] + segmenter.finish()


def texts(found: list[Segment]) -> list[str]:
    return [segment.text for segment in found]


def test_segments_end_with_sentences() -> None:
    found = segments(said("The sun is a star. Is the moon? No!", window((0, 10))))
    assert texts(found) == ["The sun is a star.", "Is the moon?", "No!"]
    assert [segment.id for segment in found] == [0, 1, 2]


def test_a_sentence_that_a_window_cuts_is_one_segment() -> None:
    found = segments(said("Stars. The sun", window((0, 5))), said("is large. So is", window((5, 9), index=1)))
    assert texts(found) == ["Stars.", "The sun is large.", "So is"]


@pytest.mark.parametrize(
    ("pause_s", "before", "after", "right"),
    [
        (0.1, "The sun is.", "a star.", ["The sun is a star."]),
        (0.1, "The sun is...", "A star.", ["The sun is A star."]),
        (0.1, "Is it?", "A star.", ["Is it?", "A star."]),
        (0.1, "A star.", "", ["A star."]),
        (0.5, "The sun is.", "A star.", ["The sun is.", "A star."]),
    ],
)
def test_a_full_stop_where_no_pause_is_was_made_up(pause_s: float, before: str, after: str, right: list[str]) -> None:
    first = replace(window((0, 5)), pause_s=pause_s)
    assert texts(segments(said(before, first), said(after, window((5, 9), index=1)))) == right


def test_a_sentence_does_not_wait_through_a_silent_window() -> None:
    found = segments(said("The sun", window((0, 3))), said("", window((3, 6), index=1)), said("is.", window((6, 9))))
    assert texts(found) == ["The sun", "is."]


def test_a_pause_of_more_than_two_seconds_ends_a_segment() -> None:
    found = segments(said("before after", window((0, 2), (5, 7)), times=((0.0, 1.9), (2.1, 3.9))))
    assert texts(found) == ["before", "after"]
    assert found[0].end <= 2
    assert found[1].start >= 5


def test_a_segment_grows_to_fifteen_seconds_at_most() -> None:
    found = segments(said("word " * 40, window((0, 30))))
    assert len(found) > 1
    assert all(segment.end - segment.start <= MAX_SEGMENT_S for segment in found)


def test_a_segment_grows_to_two_hundred_characters_at_most() -> None:
    found = segments(said("extraordinarily " * 30, window((0, 14))))
    assert len(found) > 1
    assert all(len(segment.text) <= MAX_SEGMENT_CHARACTERS for segment in found)


def test_words_are_given_only_when_asked() -> None:
    assert Segmenter(with_words=False).add(said("The sun.", window((0, 2))))[0].words is None
    words = Segmenter(with_words=True).add(said("The sun.", window((0, 2))))[0].words
    assert words is not None
    assert [word.word for word in words] == [" The", " sun."]


def test_times_never_run_backwards_whatever_the_model_says() -> None:
    wild = ((3.0, 4.0), (1.0, 2.0), (2.5, 9.0), (8.0, 30.0))
    words = in_file_time(said("a b c d", window((10, 14), (20, 24)), times=wild).words, window((10, 14), (20, 24)))
    times = [at for word in words for at in (word.start, word.end)]
    assert times == sorted(times)
    assert times[0] >= 10
    assert times[-1] <= 24


def test_a_word_does_not_reach_across_a_silence() -> None:
    where = window((10, 12), (40, 42))
    words = in_file_time(said("early late", where, times=((1.0, 3.5), (2.0, 4.0))).words, where)
    assert [(word.start, word.end) for word in words] == [(11, 12), (40, 42)]


def test_proportional_words_fill_their_stretch() -> None:
    words = proportional("one three", 2.0, 12.0)
    assert (words[0].start, words[-1].end) == (2.0, pytest.approx(12.0))
    assert words[0].end == words[1].start == 6.0


def test_phrases_with_times_of_their_own_end_with_the_window() -> None:
    words = spread([WindowWord(0.0, 2.0, " The sun", 0.0), WindowWord(2.0, 30.0, " shines.", 0.0)], 5.0)
    assert [(word.text, word.end) for word in words][1:] == [(" sun", 2.0), (" shines.", 5.0)]


@pytest.mark.parametrize(
    "text", ["Dr. Kepler looked.", "The U.S. went there.", 'Said "J. Kepler" once.', "See, e.g. Mars."]
)
def test_an_abbreviation_does_not_end_a_segment(text: str) -> None:
    assert texts(segments(said(text, window((0, 5))))) == [text]


def test_a_sentence_may_end_with_i() -> None:
    assert texts(segments(said("So am I. You too.", window((0, 5))))) == ["So am I.", "You too."]


def test_sentences_of_scripts_without_spaces_are_joined_without_any() -> None:
    assert (
        joined(["太阳很大。", "月亮も見える。", "So be it.", "是的。"]) == "太阳很大。月亮も見える。 So be it. 是的。"
    )
    assert joined([]) == ""


def test_windows_that_come_back_in_any_order_leave_in_the_files_order() -> None:
    assembly = Assembly("model", with_words=False)
    late = assembly.add(said("Second.", window((5, 9), index=1)), "en", 0.9, 9.0)
    assert [type(event) for event in late] == [Info]
    events = assembly.add(said("First.", window((0, 5))), "en", 0.9, 9.0)
    assert [e.segment.text for e in events if isinstance(e, SegmentEvent)] == ["First.", "Second."]
    assert [e.transcribed_s for e in events if isinstance(e, Progress)] == [5, 9]


def test_the_last_event_holds_the_whole_transcript() -> None:
    assembly = Assembly("model", with_words=False)
    assembly.add(said("First.", window((0, 5))), "de", 0.8, None)
    last = assembly.cut(1, 6.0, [(0, 5)], "de", 0.8)[-1]
    assert isinstance(last, Done)
    assert (last.transcript.text, last.transcript.language, last.transcript.duration_s) == ("First.", "de", 6.0)


def test_a_file_without_speech_is_done_and_empty() -> None:
    events = Assembly("model", with_words=False).cut(0, 12.0, [], "en", 1.0)
    assert [type(event) for event in events] == [Info, Done]
