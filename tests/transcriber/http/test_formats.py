"""A transcript in each format, down to the last character."""

import json

import pytest

from transcriber.http import formats
from transcriber.schemas import Coverage, CueLayout, Done, Segment, SegmentEvent, Transcript, Word


def segment(start: float, end: float, text: str, words: tuple[Word, ...] | None = None) -> Segment:
    return Segment(
        id=0,
        start=start,
        end=end,
        text=text,
        words=words,
        avg_logprob=-0.2,
        compression_ratio=1.1,
        no_speech_prob=0.0,
        temperature=0.0,
    )


def transcript(*segments: Segment) -> Transcript:
    return Transcript(
        language="en",
        language_probability=0.9,
        duration_s=9.0,
        model="fake",
        segments=segments,
        text=" ".join(each.text for each in segments),
        coverage=Coverage(speech_s=1.0, transcribed_s=1.0),
    )


TALK = transcript(segment(0.0, 1.5, "Hello <there> & you."), segment(3661.25, 3662.0, "Über\tuns: 日本."))


def test_subrip_counts_from_one_and_has_commas() -> None:
    assert formats.render(TALK, "srt") == (
        "1\n00:00:00,000 --> 00:00:01,500\nHello <there> & you.\n\n2\n01:01:01,250 --> 01:01:02,000\nÜber uns: 日本.\n"
    )


def test_webvtt_has_a_head_points_and_escapes() -> None:
    assert formats.render(TALK, "vtt") == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHello &lt;there&gt; &amp; you.\n\n"
        "01:01:01.250 --> 01:01:02.000\nÜber uns: 日本.\n"
    )


def test_tsv_is_in_milliseconds_and_keeps_its_columns() -> None:
    assert formats.render(TALK, "tsv") == (
        "start\tend\ttext\n0\t1500\tHello <there> & you.\n3661250\t3662000\tÜber uns: 日本.\n"
    )


def test_text_is_a_segment_a_line() -> None:
    assert formats.render(TALK, "text") == "Hello <there> & you.\nÜber\tuns: 日本.\n"


def test_json_has_words_only_where_they_were_asked_for() -> None:
    assert "words" not in json.loads(formats.render(TALK, "json"))["segments"][0]
    spoken = transcript(segment(0, 1, "Hi", (Word(start=0, end=1, word=" Hi", probability=0.9),)))
    assert json.loads(formats.render(spoken, "json"))["segments"][0]["words"][0]["word"] == " Hi"


@pytest.mark.parametrize("form", ["text", "srt", "vtt", "tsv"])
def test_silence_is_an_empty_file_of_its_kind(form: formats.Format) -> None:
    heads = {"text": "", "srt": "", "vtt": "WEBVTT\n", "tsv": "start\tend\ttext\n"}
    assert formats.render(transcript(), form) == heads[form]


def test_a_cue_cannot_be_broken_by_what_was_said() -> None:
    said = formats.render(transcript(segment(0, 1, "a\n\n2\n00:00:01,000 --> 00:00:02,000\nb")), "srt")
    assert said == "1\n00:00:00,000 --> 00:00:01,750\na 2 00:00:01,000 -> 00:00:02,000 b\n"


def test_subtitles_are_cues_and_segments_stay_sentences() -> None:
    said = "First we look at how a memory is made, and then, after a pause, at how it is lost again in the end."
    talk = transcript(segment(0.0, 7.0, said))
    assert formats.render(talk, "srt") == (
        "1\n00:00:00,000 --> 00:00:02,730\nFirst we look at how a memory is made,\n\n"
        "2\n00:00:02,730 --> 00:00:07,000\nand then, after a pause,\nat how it is lost again in the end.\n"
    )
    assert formats.render(talk, "text") == said + "\n"
    assert json.loads(formats.render(talk, "json"))["segments"][0]["text"] == said


def test_the_word_that_is_said_is_underlined_and_the_rest_still_escaped() -> None:
    words = (
        Word(start=0.0, end=0.5, word=" R&B", probability=0.9),
        Word(start=0.5, end=1.0, word=" <3", probability=0.9),
    )
    spoken = transcript(segment(0.0, 1.0, "R&B <3", words))
    highlight = CueLayout(highlight_words=True)
    assert formats.render(spoken, "srt", highlight) == (
        "1\n00:00:00,000 --> 00:00:00,500\n<u>R&B</u> <3\n\n2\n00:00:00,500 --> 00:00:01,000\nR&B <u><3</u>\n"
    )
    assert "\n<u>R&amp;B</u> &lt;3\n" in formats.render(spoken, "vtt", highlight)


@pytest.mark.parametrize("layout", [None, CueLayout(), CueLayout(max_words_per_line=1)])
@pytest.mark.parametrize("words", [False, True])
def test_a_json_answer_has_words_and_cues_only_where_they_were_asked_for(words: bool, layout: CueLayout | None) -> None:
    said = (Word(start=0, end=1, word=" Hi", probability=0.9), Word(start=1, end=2, word=" there", probability=0.9))
    whole, parts = transcript(segment(0, 2, "Hi there", said)), formats.Parts(words, layout)
    shown = parts.transcript(whole)
    assert ("words" in shown.model_dump()["segments"][0]) == words
    assert [cue.lines for cue in shown.cues or ()] == (
        [] if layout is None else [("Hi there",)] if layout == CueLayout() else [("Hi",), ("there",)]
    )
    assert parts.event(Done(transcript=whole)) == Done(transcript=shown)
    heard = parts.event(SegmentEvent(segment=whole.segments[0]))
    assert heard == SegmentEvent(segment=shown.segments[0])


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.0004, "00:00:00,000"), (59.9996, "00:01:00,000"), (3599.9999, "01:00:00,000"), (360_000, "100:00:00,000")],
)
def test_rounding_carries_over(seconds: float, shown: str) -> None:
    assert formats.clock(seconds, ",") == shown
