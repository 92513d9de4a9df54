"""The lecture as samples, as a file of its own and in clips, for the tests that look into the engine."""

from pathlib import Path

import pytest

from tests.support.transcriber.clips import lecture_audio, piece, write_wav
from tests.support.transcriber.engines import SETTINGS
from transcriber.audio.vad import SpeechModel
from transcriber.audio.windowing import WindowCutter
from transcriber.audio.windows import Samples


@pytest.fixture(scope="module")
def audio() -> Samples:
    return lecture_audio()


@pytest.fixture(scope="module")
def windows(audio: Samples) -> int:
    """How many windows the lecture has."""
    cutter = WindowCutter(SpeechModel(), SETTINGS.window_s)
    return len(cutter.feed(audio)) + len(cutter.finish())


@pytest.fixture
def lecture_wav(audio: Samples, tmp_path: Path) -> Path:
    return write_wav(tmp_path / "lecture.wav", audio)


@pytest.fixture
def clips(audio: Samples, tmp_path: Path) -> list[Path]:
    """Six clips of about 8 s, one window each."""
    return [write_wav(tmp_path / f"{n}.wav", piece(audio, 16 * n, 16 * n + 8)) for n in range(6)]
