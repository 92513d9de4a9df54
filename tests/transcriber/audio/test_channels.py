"""Two channels become one without losing what they would cancel out."""

from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.decoding import decode
from tests.support.transcriber.media_files import convert
from transcriber.audio.channels import mixed
from transcriber.audio.windows import SAMPLE_RATE, Samples


def noise(seed: int, seconds: float = 3) -> Samples:
    """White noise at -20 dB."""
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * SAMPLE_RATE)).astype(np.float32)


def stereo(left: Samples, right: Samples) -> Samples:
    return np.stack([left, right], axis=1)


def test_channels_alike_are_mixed_to_what_they_are() -> None:
    assert np.allclose(mixed(stereo(noise(1), noise(1))), noise(1))


def test_channels_of_their_own_are_both_heard() -> None:
    assert np.allclose(mixed(stereo(noise(1), noise(2))), (noise(1) + noise(2)) / 2, atol=1e-6)


def test_one_channel_that_is_silent_does_no_harm() -> None:
    assert np.allclose(mixed(stereo(noise(1), noise(1) * 0)), noise(1) / 2)


def test_channels_of_opposite_phase_are_not_mixed() -> None:
    assert np.array_equal(mixed(stereo(noise(1), -noise(1))), noise(1))


def test_of_channels_that_cancel_the_louder_one_is_taken() -> None:
    loud = noise(1)
    assert np.array_equal(mixed(stereo(-0.6 * loud, loud)), loud)


def test_a_second_of_opposite_phase_inside_a_good_recording_is_heard_too() -> None:
    left = noise(1)
    right = np.concatenate([left[:SAMPLE_RATE], -left[SAMPLE_RATE : 2 * SAMPLE_RATE], left[2 * SAMPLE_RATE :]])
    assert np.allclose(mixed(stereo(left, right)), left)


def test_nothing_is_nothing() -> None:
    assert mixed(np.zeros((0, 2), np.float32)).shape == (0,)
    assert not mixed(np.zeros((1000, 2), np.float32)).any()


@pytest.mark.parametrize("codec", [["-c:a", "flac"], ["-c:a", "libmp3lame", "-joint_stereo", "0"]])
def test_a_lecture_whose_channels_are_wired_the_wrong_way_round_is_heard(
    codec: list[str], lecture: Path, tmp_path: Path
) -> None:
    wrong = convert(
        lecture, tmp_path / f"a.{'flac' if 'flac' in codec else 'mp3'}", "-af", "pan=stereo|c0=c0|c1=-1*c0", *codec
    )
    mono = decode(convert(lecture, tmp_path / "mono.flac", "-ac", "1"))
    found = decode(wrong)
    assert found.samples.std() == pytest.approx(mono.samples.std(), rel=0.1)
