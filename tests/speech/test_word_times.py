"""Where words stand in a talk whose sentences are at known times: by attention, and as the model says itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jiwer
import numpy as np
import pytest

from tests.support.speech.ear import Ear
from tests.support.speech.voices import Spoken, prompts, voices_missing
from tests.support.transcriber.clips import write_wav
from tests.support.words import plain, word_error_rate
from transcriber.audio.windows import SAMPLE_RATE
from transcriber.schemas import Segment, Transcript, Word

pytestmark = [
    pytest.mark.speech,
    pytest.mark.timeout(600),
    pytest.mark.skipif(bool(voices_missing()), reason=f"apt-get install {voices_missing()}"),
]

PAUSES_S = (1.0, 2.5, 0.6, 4.0)
SLACK_S = 0.3  # a prompt has a little silence before its first sound and after its last


@dataclass(frozen=True)
class Line:
    """One sentence of the talk, in seconds of the file."""

    text: str
    start: float
    end: float


def talk(folder: Path, said: tuple[Spoken, ...]) -> tuple[Path, list[Line]]:
    """The sentences one after another, with pauses of different lengths."""
    parts, lines, at = list[np.ndarray[tuple[int], np.dtype[np.float32]]](), list[Line](), 0.0
    for number, spoken in enumerate(said):
        pause = np.zeros(round(PAUSES_S[number % len(PAUSES_S)] * SAMPLE_RATE), np.float32)
        start = at + len(pause) / SAMPLE_RATE
        at = start + spoken.seconds
        parts += [pause, spoken.audio]
        lines.append(Line(spoken.text, start, at))
    return write_wav(folder / "talk.wav", np.concatenate(parts)), lines


def strays(lines: list[Line], heard: Sequence[Word | Segment]) -> list[float]:
    """Seconds by which each word or segment stands outside of the sentences of its words, as far as those are known."""
    said = [(word, line) for line in lines for word in plain(line.text).split()]
    tokens = [(token, number) for number, each in enumerate(heard) for token in plain(_text(each)).split()]
    of: dict[int, list[Line]] = {}
    for chunk in jiwer.process_words(" ".join(w for w, _ in said), " ".join(t for t, _ in tokens)).alignments[0]:
        if chunk.type == "equal":
            places = range(chunk.ref_start_idx, chunk.ref_end_idx)
            for mine, theirs in zip(places, range(chunk.hyp_start_idx, chunk.hyp_end_idx), strict=True):
                of.setdefault(tokens[theirs][1], []).append(said[mine][1])
    return [
        max(0.0, known[0].start - SLACK_S - heard[number].start, heard[number].end - known[-1].end - SLACK_S)
        for number, known in of.items()
    ]


def _text(each: Word | Segment) -> str:
    return each.word if isinstance(each, Word) else each.text


@pytest.fixture
def said() -> tuple[Spoken, ...]:
    """Twelve sentences; two of them are one that is broken off by a pause."""
    return prompts("en")[3::17][:12]


async def heard_well(ear: Ear, folder: Path, said: tuple[Spoken, ...], **fields: str) -> tuple[Transcript, list[Line]]:
    """What was heard of the talk, hardly a word of it wrong, and its sentences."""
    path, lines = talk(folder, said)
    heard = await ear.hear(path, language="en", **fields)
    assert word_error_rate(" ".join(line.text for line in lines), heard.text) <= 0.08, heard.text
    return heard, lines


async def test_words_stand_in_the_sentences_in_which_they_are_said(
    ear: Ear, tmp_path: Path, said: tuple[Spoken, ...]
) -> None:
    heard, lines = await heard_well(ear, tmp_path, said, word_timestamps="true")
    outside = strays(lines, [word for segment in heard.segments for word in segment.words or ()])
    assert len(outside) > 70
    assert max(outside) == 0


async def test_times_that_the_model_says_itself_are_those_of_the_sentences(
    ear: Ear, tmp_path: Path, said: tuple[Spoken, ...]
) -> None:
    heard, lines = await heard_well(ear, tmp_path, said, token_timestamps="true")
    outside = strays(lines, heard.segments)
    assert len(outside) >= 8
    assert max(outside) == 0
