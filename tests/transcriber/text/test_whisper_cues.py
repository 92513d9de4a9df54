"""The options of openai-whisper's writer: what its users expect of them."""

import pytest

from tests.support.transcriber.subtitles import cut, segment, talk
from transcriber.schemas import Cue, CueLayout, Highlight, Segment, Word
from transcriber.text.cues import cues

TALK = "Today we talk about memory. It is made of small changes."


def two_segments() -> list[Segment]:
    first, second = (talk(part) for part in ("Today we talk about memory.", "It is made of small changes."))
    later = [word.model_copy(update={"start": word.start + 2, "end": word.end + 2}) for word in second.words or ()]
    return [first, segment(second.text, later[0].start, later[-1].end, *later)]


def lines_of(segments: list[Segment], **layout: int) -> list[list[str]]:
    return [list(cue.lines) for cue in cues(segments, CueLayout.model_validate(layout))]


def test_a_width_breaks_lines_and_leaves_a_cue_a_segment() -> None:
    assert lines_of(two_segments(), max_line_width=12) == [
        ["Today we", "talk about", "memory."],
        ["It is made", "of small", "changes."],
    ]


def test_a_width_and_a_count_fill_cues_across_segments() -> None:
    assert lines_of(two_segments(), max_line_width=20, max_line_count=2) == [
        ["Today we talk about", "memory. It is made"],
        ["of small changes."],
    ]


def test_then_a_pause_of_three_seconds_begins_a_cue() -> None:
    first, second = two_segments()
    late = [word.model_copy(update={"start": word.start + 9, "end": word.end + 9}) for word in second.words or ()]
    moved = segment(second.text, late[0].start, late[-1].end, *late)
    assert lines_of([first, moved], max_line_width=40, max_line_count=1) == [[first.text], [second.text]]


def test_a_number_of_words_cuts_each_segment_into_cues_of_one_line() -> None:
    assert lines_of(two_segments(), max_words_per_line=4) == [
        ["Today we talk about"],
        ["memory."],
        ["It is made of"],
        ["small changes."],
    ]


def test_a_mark_that_stands_alone_is_no_word() -> None:
    assert cut("Bonjour ! Vous allez bien ?", max_words_per_line=1) == ["Bonjour !", "Vous", "allez", "bien ?"]


def test_a_count_without_a_width_changes_nothing() -> None:
    assert cut(TALK, max_line_count=1) == cut(TALK)


def test_times_are_those_of_the_first_and_the_last_word() -> None:
    (cue,) = cues([segment("Hm.", 0.0, 0.1)], CueLayout(max_line_width=20))
    assert (cue.start, cue.end) == (0.0, 0.1)


@pytest.mark.parametrize("layout", [CueLayout(highlight_words=True), CueLayout(highlight_words=True, max_line_width=9)])
def test_each_word_is_highlighted_while_it_is_said_and_none_in_pauses(layout: CueLayout) -> None:
    words = (
        Word(start=1.0, end=1.2, word=" Made", probability=1),
        Word(start=1.2, end=1.5, word=" of", probability=1),
        Word(start=2.0, end=2.4, word=" change.", probability=1),
    )
    lines = ("Made of change.",) if layout.max_line_width is None else ("Made of", "change.")
    last = Highlight(line=0, start=8, end=15) if len(lines) == 1 else Highlight(line=1, start=0, end=7)
    assert cues([segment("Made of change.", 1.0, 2.4, *words)], layout, 2.4) == (
        Cue(start=1.0, end=1.2, lines=lines, highlight=Highlight(line=0, start=0, end=4)),
        Cue(start=1.2, end=1.5, lines=lines, highlight=Highlight(line=0, start=5, end=7)),
        Cue(start=1.5, end=2.0, lines=lines),
        Cue(start=2.0, end=2.4, lines=lines, highlight=last),
    )


def test_a_highlight_covers_a_word_with_its_marks_in_any_script() -> None:
    for said in ("Bonjour !", "記憶", "ذاكرة"):
        (first, *_) = cues([talk(said)], CueLayout(highlight_words=True))
        assert first.highlight is not None
        assert first.lines[0][first.highlight.start : first.highlight.end] in (said, said[0])
