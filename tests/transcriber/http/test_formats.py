"""A transcript in each format, down to the last character."""

import json

import pytest

from transcriber.http import formats
from transcriber.schemas import Coverage, Segment, Transcript, Word


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
    assert said == "1\n00:00:00,000 --> 00:00:01,000\na 2 00:00:01,000 -> 00:00:02,000 b\n"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.0004, "00:00:00,000"), (59.9996, "00:01:00,000"), (3599.9999, "01:00:00,000"), (360_000, "100:00:00,000")],
)
def test_rounding_carries_over(seconds: float, shown: str) -> None:
    assert formats.clock(seconds, ",") == shown
