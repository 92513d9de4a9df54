"""Times are those of the file's own clock: holes in it are silence, jumps of it are joins."""

from pathlib import Path

import pytest

from tests.support.transcriber.decoding import decode
from tests.support.transcriber.media_files import ffmpeg, tone
from tests.support.transcriber.watching import peak_bytes
from transcriber import errors
from transcriber.audio.decoder.clock import LEAST_GAP_S, MOST_GAP_S, Clock
from transcriber.audio.media import Decoders, MediaLimits

CODECS = {"a.webm": "libopus", "a.mkv": "pcm_s16le", "a.mp4": "aac", "a.ts": "aac", "a.mov": "aac", "a.asf": "wmav2"}


def with_hole(file: Path, hole_s: float, codec: str, *options: str) -> Path:
    """Two seconds of sound, nothing for `hole_s`, two seconds of sound."""
    late = f"asetpts='PTS+if(gte(T,2),{hole_s}/TB,0)'"
    return tone(file, 440, "-af", late, "-c:a", codec, *options, seconds=4)


@pytest.mark.parametrize("name", CODECS)
def test_what_follows_a_hole_keeps_its_time(name: str, tmp_path: Path) -> None:
    found = decode(with_hole(tmp_path / name, 20, CODECS[name]))
    assert found.duration_s == pytest.approx(24, abs=0.15)
    assert found.is_loud(0.2, 1.9)
    assert found.is_silent(2.3, 21.8)
    assert found.is_loud(22.3, 23.8)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.webm", "a.flv"])
def test_sound_that_starts_after_the_picture_keeps_its_time(name: str, tmp_path: Path) -> None:
    picture = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=5:duration=6"]
    sound = ["-itsoffset", "3", "-f", "lavfi", "-i", "sine=440:sample_rate=44100:duration=3"]
    video = ["-c:v", "libvpx"] if name == "a.webm" else []
    found = decode(ffmpeg(tmp_path / name, *picture, *sound, "-map", "0:v", "-map", "1:a", *video))
    assert found.duration_s == pytest.approx(6, abs=0.15)
    assert found.is_silent(0, 2.9)
    assert found.is_loud(3.2, 5.8)


def test_a_clock_that_does_not_begin_at_zero_begins_with_the_file(tmp_path: Path) -> None:
    late = tone(tmp_path / "late.mkv", 440, "-af", "asetpts=PTS+300/TB", "-c:a", "pcm_s16le", "-copyts")
    assert decode(late).duration_s == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("hole_s", [3600, -1])
def test_a_clock_that_jumps_by_an_hour_or_back_is_a_join(hole_s: float, tmp_path: Path) -> None:
    found = decode(with_hole(tmp_path / "a.ts", hole_s, "aac"))
    assert found.duration_s == pytest.approx(4, abs=0.15)
    assert found.is_loud(0.2, 3.8)


def test_a_long_hole_takes_no_memory_and_counts_as_decoded_seconds(tmp_path: Path) -> None:
    file = with_hole(tmp_path / "a.mka", 590, "pcm_s16le", "-ac", "2")
    with Decoders() as decoders, decoders.open(file) as media:
        most = [(len(block), peak_bytes(media.pid)) for block in media]
    assert max(samples for samples, _ in most) <= 33 * 16_000
    assert 0 < max(peak for _, peak in most) < 150 << 20
    with pytest.raises(errors.TooLong):
        decode(file, MediaLimits(max_audio_s=500))


def test_a_gap_is_silence_and_what_comes_after_it_follows_at_once() -> None:
    clock = Clock(0)
    assert [clock.gap_before(at, 1) for at in (0, 1, 5, 6)] == [0, 0, pytest.approx(3), 0]


def test_times_that_are_rounded_or_jitter_are_no_gaps() -> None:
    clock = Clock(0)
    assert not any(clock.gap_before(n * 0.023 + (0.04 if n % 3 else 0), 1024 / 44100) for n in range(1000))


def test_a_clock_that_runs_slow_is_followed() -> None:
    clock = Clock(0)
    silence = sum(clock.gap_before(n * 0.0201, 0.02) for n in range(10_000))
    assert silence == pytest.approx(1, abs=LEAST_GAP_S)


def test_a_frame_that_does_not_say_when_it_plays_follows_the_last_one() -> None:
    clock = Clock(0)
    assert [clock.gap_before(at, 1) for at in (None, 1, None, 3)] == [0, 0, 0, 0]


def test_one_damaged_time_far_off_moves_nothing() -> None:
    clock = Clock(0)
    assert [clock.gap_before(at, 1) for at in (0, 1, 1e12, 3, -1e12, 5)] == [0] * 6


def test_the_longest_gap_is_ten_minutes() -> None:
    assert Clock(0).gap_before(MOST_GAP_S, 1) == MOST_GAP_S == 600
    assert Clock(0).gap_before(MOST_GAP_S + 1, 1) == 0
