"""What is believed of a file before it is read, and which of several uploads is read."""

import struct
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support.transcriber.clips import LECTURE
from tests.support.transcriber.fakes import FakeBackend
from tests.support.transcriber.media_files import convert
from transcriber import errors
from transcriber.audio.media import Decoders, MediaLimits
from transcriber.audio.vad import SpeechModel
from transcriber.engine.job import Job
from transcriber.engine.reading.intake import Intake
from transcriber.engine.settings import EngineSettings
from transcriber.schemas import Options

DURATION = b"\x44\x89\x88"  # Matroska's element: 8 bytes follow, in ms


@pytest.fixture
def decoders() -> Generator[Decoders]:
    made = Decoders()
    yield made
    made.close()


@pytest.fixture(scope="module")
def speech() -> SpeechModel:
    return SpeechModel()


def claimed(decoders: Decoders, speech: SpeechModel, *paths: Path) -> float | None:
    """The duration that is believed of a job with these uploads."""
    job = Job(paths[0], Options(), 1.0, "fake")
    job.paths[1:] = paths[1:]
    intake = Intake(job, FakeBackend(), speech, EngineSettings())
    try:
        intake.open(decoders, MediaLimits())
        while not intake.read_s:
            intake.step()
        return intake.claimed_s
    finally:
        intake.close()


@pytest.fixture
def honest(tmp_path: Path) -> Path:
    return convert(LECTURE, tmp_path / "honest.mka", seconds=5)


def test_an_honest_claim_is_believed(decoders: Decoders, speech: SpeechModel, honest: Path) -> None:
    assert claimed(decoders, speech, honest) == pytest.approx(5, abs=0.2)


@pytest.mark.parametrize("seconds", [1e10, 40_000.0])
def test_more_seconds_than_the_limit_or_the_bytes_allow_are_not_believed(
    decoders: Decoders, speech: SpeechModel, honest: Path, seconds: float
) -> None:
    data = honest.read_bytes()
    at = data.index(DURATION) + len(DURATION)
    honest.write_bytes(data[:at] + struct.pack(">d", 1000 * seconds) + data[at + 8 :])
    assert claimed(decoders, speech, honest) is None


@pytest.mark.parametrize("ending", ["flac", "ts", "ogg"])
def test_a_claim_that_is_read_past_was_that_of_the_first_of_several_joined_files(
    decoders: Decoders, speech: SpeechModel, tmp_path: Path, ending: str
) -> None:
    parts = [convert(LECTURE, tmp_path / f"{number}.{ending}", seconds=20) for number in range(3)]
    file = tmp_path / f"joined.{ending}"
    file.write_bytes(b"".join(part.read_bytes() for part in parts))
    assert claimed(decoders, speech, file) is None


def test_an_upload_that_left_with_its_client_is_passed_over(
    decoders: Decoders, speech: SpeechModel, honest: Path
) -> None:
    assert claimed(decoders, speech, honest.with_name("gone.mka"), honest) is not None


def test_a_file_whose_uploads_are_all_gone_says_so(decoders: Decoders, speech: SpeechModel, tmp_path: Path) -> None:
    with pytest.raises(errors.Undecodable, match="the upload is gone"):
        claimed(decoders, speech, tmp_path / "gone.mka")
