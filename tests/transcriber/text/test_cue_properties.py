"""What holds for the subtitles of any words at all."""

import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir

from tests.support.transcriber.subtitles import over_the_limits, segment, width
from transcriber.schemas import CueLayout, Segment, Word
from transcriber.text.cues import cues

set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "hypothesis")  # not into the repository

ALPHABETS = {
    "latin": "abcdefghijklmnopqrstuvwxyzäöüßéèçñABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    "cyrillic": "абвгдежзиклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ",
    "arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "hangul": "가나다라마바사아자차카타파하기억은",
}
MARKS = ["", "", "", "", ",", ".", "?", " !", "…", ":", "»", "،", "؟"]
KANA_AND_HAN = "いろはにほへとちりぬるをわかよたれそつねならむイロハニホヘト記憶神経細胞変化今日話"

profile = settings(
    max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=(HealthCheck.too_slow,)
)


@st.composite
def words(draw: st.DrawFn, marks: list[str]) -> list[str]:
    """The words of a talk, in one of four alphabets or in Japanese."""
    script = draw(st.sampled_from([*ALPHABETS, "japanese"]))
    if script == "japanese":
        few = st.text(KANA_AND_HAN, min_size=1, max_size=3)
        return [
            text + draw(st.sampled_from([*marks[:1], "。"])) for text in draw(st.lists(few, min_size=1, max_size=80))
        ]
    word = st.text(ALPHABETS[script], min_size=1, max_size=14)
    return [" " + text + draw(st.sampled_from(marks)) for text in draw(st.lists(word, min_size=1, max_size=80))]


@st.composite
def talks(draw: st.DrawFn, *, quickest: float, marks: list[str] = MARKS) -> list[Segment]:
    """A few segments, whose words may take no time at all."""
    made: list[Segment] = []
    at = 0.0
    for _ in range(draw(st.integers(1, 3))):
        said: list[Word] = []
        for text in draw(words(marks)):
            at += draw(st.sampled_from([0.0, 0.0, 0.0, 0.0, 0.2, 0.7, 5.0]))
            end = at + len(text) * draw(st.floats(quickest, 0.12))
            said.append(Word(start=round(at, 3), end=round(end, 3), word=text, probability=0.5))
            at = end
        made.append(segment("".join(word.word for word in said).strip(), said[0].start, said[-1].end, *said))
    return made


@profile
@given(talks(quickest=0.0), st.booleans())
def test_all_words_are_there_in_order_and_no_time_goes_backwards(segments: list[Segment], highlight: bool) -> None:
    made = cues(segments, CueLayout(highlight_words=highlight), segments[-1].end)
    assert all(cue.end > cue.start for cue in made)
    assert all(before.end <= after.start for before, after in pairwise(made))
    if not highlight:
        shown = "".join(line for cue in made for line in cue.lines)
        assert shown.replace(" ", "") == "".join(each.text for each in segments).replace(" ", "")


@profile
@given(talks(quickest=0.0))
def test_no_line_is_too_long_and_no_cue_has_three(segments: list[Segment]) -> None:
    made = cues(segments, CueLayout())
    assert all(len(cue.lines) <= 2 and all(line == line.strip() != "" for line in cue.lines) for cue in made)
    assert max(width(line) for cue in made for line in cue.lines) <= 1
    assert all(cue.end - cue.start < 7.002 for cue in made)


@profile
@given(talks(quickest=0.06))
def test_where_speech_allows_nothing_is_over_the_limits(segments: list[Segment]) -> None:
    assert not over_the_limits(cues(segments, CueLayout()))


@profile
@given(talks(quickest=0.0, marks=[""]), st.integers(1, 60), st.integers(1, 4), st.integers(1, 9))
def test_the_options_of_openai_whisper_bound_lines_and_words(
    segments: list[Segment], line_width: int, line_count: int, word_count: int
) -> None:
    wide = cues(segments, CueLayout(max_line_width=line_width, max_line_count=line_count))
    longest = max(len(word.word.strip()) for each in segments for word in each.words or ())
    assert all(len(cue.lines) <= line_count for cue in wide)
    assert all(len(line) <= max(line_width, longest) for cue in wide for line in cue.lines)
    few = cues(segments, CueLayout(max_words_per_line=word_count))
    assert all(len(cue.lines) == 1 for cue in few)
    assert all(len(line.split()) <= word_count for cue in few for line in cue.lines)
