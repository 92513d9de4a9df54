"""Files become samples: every common container, in bounded blocks, in a process that may die."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import numpy as np
import psutil
import pytest
from structlog.testing import capture_logs

from tests.support.transcriber.media_files import FORMATS, SECONDS, convert
from tests.support.transcriber.watching import Left, left_behind
from transcriber import errors
from transcriber.audio.media import Decoders, MediaLimits
from transcriber.audio.windows import SAMPLE_RATE


@pytest.fixture
def decoders() -> Generator[Decoders]:
    made = Decoders()
    yield made
    made.close()


@pytest.mark.parametrize("name", FORMATS)
def test_every_common_format_gives_all_its_seconds(
    name: str, decoders: Decoders, lecture: Path, tmp_path: Path
) -> None:
    with decoders.open(convert(lecture, tmp_path / name, *FORMATS[name])) as media:
        audio = np.concatenate(list(media))
    assert audio.dtype == np.float32
    assert len(audio) / SAMPLE_RATE == pytest.approx(SECONDS, abs=0.2)
    assert float(np.abs(audio).max()) > 0.05


def test_blocks_are_bounded_and_the_claimed_duration_is_told(decoders: Decoders, lecture: Path) -> None:
    with decoders.open(lecture) as media:
        assert max(len(block) for block in media) <= 33 * SAMPLE_RATE
        assert media.claimed_duration_s == pytest.approx(103.7, abs=0.5)


def test_a_cover_picture_is_no_obstacle(decoders: Decoders, lecture: Path, tmp_path: Path) -> None:
    picture = convert(
        lecture, tmp_path / "cover.png", "-f", "lavfi", "-i", "color=size=64x64", "-map", "1:v", seconds=0.01
    )
    pictured = ["-i", str(picture), "-map", "0:a", "-map", "1:v", "-c", "copy", "-disposition:v", "attached_pic"]
    cover = convert(lecture, tmp_path / "cover.mp3", *pictured)
    with decoders.open(cover) as media:
        assert sum(len(block) for block in media) / SAMPLE_RATE == pytest.approx(SECONDS, abs=0.3)


def test_audio_longer_than_allowed_stops_at_the_limit(decoders: Decoders, lecture: Path) -> None:
    with decoders.open(lecture, MediaLimits(max_audio_s=60)) as media, pytest.raises(errors.TooLong):
        list(media)


def test_a_decoder_that_is_killed_costs_only_its_file(decoders: Decoders, lecture: Path) -> None:
    before = Left.now()
    with decoders.open(lecture) as media:
        os.kill(media.pid, signal.SIGKILL)
        with pytest.raises(errors.Undecodable, match="crashed"):
            list(media)
    assert left_behind(before) == Left()
    with decoders.open(lecture) as media:
        assert len(next(media))


def test_a_decoder_that_hangs_is_stopped(decoders: Decoders, lecture: Path) -> None:
    before = Left.now()
    with decoders.open(lecture, MediaLimits(max_idle_s=2)) as media:
        os.kill(media.pid, signal.SIGSTOP)
        with pytest.raises(errors.Undecodable, match="hung"):
            list(media)
    assert left_behind(before) == Left()


def test_who_asks_first_does_not_wait_for_a_decoder_that_hangs(decoders: Decoders, lecture: Path) -> None:
    with decoders.open(lecture) as media:
        while not media.is_here(1):
            pass
        assert len(next(media)), "the rest does not fit into the socket: the next block is under way"
        os.kill(media.pid, signal.SIGSTOP)
        while media.is_here(0.01):
            next(media)
        assert not media.is_here(0.01)
        os.kill(media.pid, signal.SIGCONT)
        assert sum(len(block) for block in media) > 0


def test_a_decoder_that_is_not_read_to_the_end_goes_when_it_is_closed(decoders: Decoders, lecture: Path) -> None:
    before = Left.now()
    with decoders.open(lecture) as media:
        next(media)
    assert left_behind(before) == Left()


def test_a_decoder_of_ours_that_fails_is_told_apart_and_its_traceback_is_logged(
    decoders: Decoders, lecture: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with (
        capture_logs() as lines,
        decoders.open(lecture, MediaLimits(max_cpu_s=float("nan"))) as media,
        pytest.raises(errors.ModelError, match="no fault of the file"),
    ):
        next(media)
    assert [(line["event"], line["code"], "ValueError" in line["said"]) for line in lines] == [
        ("decoder.failed", 1, True)
    ]
    assert capfd.readouterr().err == ""


def test_a_decoder_has_no_threads_but_the_resampler_s(decoders: Decoders, lecture: Path) -> None:
    with decoders.open(lecture) as found:
        next(found)
        assert psutil.Process(found.pid).num_threads() <= 1 + (os.cpu_count() or 1)


def test_the_fork_server_starts_without_numpy() -> None:
    """Which would take as long to import as all the rest."""
    code = "import sys, transcriber.audio.decoder.__main__; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
