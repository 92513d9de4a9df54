"""Subtitles of real lectures, where they lie beside the checkout. Their words are real, and the times of sentences."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.bench.study.lectures import FOLDER
from tests.support.transcriber.subtitles import over_the_limits
from transcriber.schemas import CueLayout, Transcript
from transcriber.text.cues import cues

LECTURES = ("gpt.json", "gpt_de.json", "bitcoin_es.json", "heidegger.json")
STAYS_S = 7.0  # no cue is shown past the end of a file: the last one has time here


def real(lecture: str) -> Transcript:
    """A transcript; skips the test where it is not."""
    path = Path(FOLDER) / lecture
    if not path.exists():
        pytest.skip(f"../shared/lectures/{lecture} is not beside this checkout")
    return Transcript.model_validate_json(path.read_text("utf-8"))


@pytest.mark.parametrize("lecture", LECTURES)
def test_all_of_a_lecture_is_shown_within_the_limits(lecture: str) -> None:
    transcript = real(lecture)
    made = cues(transcript.segments, CueLayout(), transcript.duration_s + STAYS_S)
    shown = "".join(line for cue in made for line in cue.lines)
    assert shown.replace(" ", "") == "".join("".join(each.text.split()) for each in transcript.segments)
    assert over_the_limits(made) == []
    assert all(before.end <= after.start for before, after in pairwise(made))
