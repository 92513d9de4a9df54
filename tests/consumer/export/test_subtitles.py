"""A transcript as text."""

from consumer.export.subtitles import clock, to_srt, to_text, to_vtt
from consumer.models import Cue, Highlight, Segment, Transcript
from tests.support.consumer.study_samples import segments, transcript, transcript_of


def _at(start: float, end: float, text: str) -> Segment:
    return segments(text)[0].model_copy(update={"start": start, "end": end})


def test_srt_numbers_its_cues_and_writes_milliseconds_with_a_comma() -> None:
    made = transcript_of((_at(0.0, 1.5, " Hello. "), _at(3661.25, 3662.0, "Bye.")))
    assert to_srt(made) == ("1\n00:00:00,000 --> 00:00:01,500\nHello.\n\n2\n01:01:01,250 --> 01:01:02,000\nBye.\n\n")


def test_a_time_is_rounded_before_it_is_taken_apart() -> None:
    assert "00:01:00,000 --> 00:02:00,000" in to_srt(transcript_of((_at(59.9996, 119.9999, "Now."),)))


def test_vtt_escapes_what_could_be_markup_or_an_arrow() -> None:
    assert "if a --&gt; b &amp; &lt;i&gt;\n" in to_vtt(transcript("if a --> b & <i>"))


def test_an_empty_line_in_a_segment_does_not_end_its_cue() -> None:
    assert "one two\n\n" in to_srt(transcript("one\n\ntwo"))


def test_a_cue_never_ends_when_it_starts() -> None:
    assert "00:00:02,000 --> 00:00:02,001" in to_srt(transcript_of((_at(2.0, 2.0, "Hm."),)))


def test_segments_without_text_are_left_out_and_leave_no_hole_in_the_numbers() -> None:
    assert to_srt(transcript("One.", "  ", "Two.")).count("-->") == 2
    assert "\n2\n" in to_srt(transcript("One.", "  ", "Two."))


def _cut(*cues: Cue) -> Transcript:
    return transcript("One. Two.").model_copy(update={"cues": cues})


def test_the_transcriber_s_cues_are_written_where_there_are_any() -> None:
    made = _cut(Cue(start=0, end=1.5, lines=("One,", "two")), Cue(start=1.5, end=3, lines=("three.",)))
    assert to_srt(made) == (
        "1\n00:00:00,000 --> 00:00:01,500\nOne,\ntwo\n\n2\n00:00:01,500 --> 00:00:03,000\nthree.\n\n"
    )
    assert to_vtt(made).startswith("WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nOne,\ntwo\n\n")
    assert to_srt(_cut()) == ""


def test_the_word_that_is_said_is_underlined_and_the_rest_still_escaped() -> None:
    said = Highlight(line=1, start=2, end=5)
    made = _cut(Cue(start=0, end=1, lines=("a --> b", "c <d> e"), highlight=said))
    assert "\na -> b\nc <u><d></u> e\n" in to_srt(made)
    assert "\na --&gt; b\nc <u>&lt;d&gt;</u> e\n" in to_vtt(made)


def test_plain_text_starts_a_paragraph_after_a_pause() -> None:
    made = transcript_of((_at(0, 1, "One."), _at(1, 2, "Two."), _at(65, 66, "Three.")))
    assert to_text(made) == "[0:00] One. Two.\n\n[1:05] Three.\n\n"


def test_plain_text_breaks_a_talk_without_pauses() -> None:
    assert to_text(transcript(*["A sentence of about thirty signs."] * 60)).count("[") > 2


def test_a_transcript_without_speech_is_an_empty_file() -> None:
    assert to_srt(transcript()) == ""
    assert to_text(transcript()) == ""
    assert to_vtt(transcript()) == "WEBVTT\n\n"


def test_the_clock_shows_hours_only_when_there_are_any() -> None:
    assert [clock(0), clock(65.9), clock(3725)] == ["0:00", "1:05", "1:02:05"]
