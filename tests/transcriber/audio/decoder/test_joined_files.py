"""Recordings that were joined into one file, as radio stations and `cat` do: all of each is heard."""

from pathlib import Path

import pytest

from tests.support.transcriber.decoding import decode
from tests.support.transcriber.media_files import tone

VORBIS, OPUS = ["-c:a", "libvorbis", "-f", "ogg"], ["-c:a", "libopus", "-f", "ogg"]
FLAC = ["-c:a", "flac", "-f", "ogg"]
JOINS = {
    "mp3": (["-f", "mp3"], ["-f", "mp3"]),
    "mp3 of MPEG 1 and 2": (["-f", "mp3"], ["-f", "mp3", "-ar", "22050"]),
    "adts": (["-f", "adts"], ["-f", "adts"]),
    "transport stream": (["-f", "mpegts", "-c:a", "aac"], ["-f", "mpegts", "-c:a", "aac"]),
    "ac3": (["-f", "ac3"], ["-f", "ac3"]),
    "chained vorbis": (VORBIS, VORBIS),
    "chained opus": (OPUS, OPUS),
    "chained flac": (FLAC, FLAC),
    "vorbis, then opus": (VORBIS, OPUS),
}


def joined(folder: Path, first: list[str], second: list[str]) -> Path:
    """Two seconds of stereo at 44.1 kHz, then two of mono at 48 kHz, an octave higher."""
    low = tone(folder / "low", 400, "-ar", "48000" if "libopus" in first else "44100", "-ac", "2", *first)
    high = tone(folder / "high", 800, "-ac", "1", *second)
    file = folder / "joined"
    file.write_bytes(low.read_bytes() + high.read_bytes())
    return file


@pytest.mark.parametrize("name", JOINS)
def test_a_file_whose_rate_and_channels_change_is_heard_to_its_end(name: str, tmp_path: Path) -> None:
    found = decode(joined(tmp_path, *JOINS[name]))
    assert found.duration_s == pytest.approx(4, abs=0.25)
    assert found.hertz(0.2, 1.8) == pytest.approx(400, abs=5)
    assert found.hertz(2.3, 3.8) == pytest.approx(800, abs=5)
    assert found.is_loud(2.3, 3.8)


def test_a_change_of_codec_that_the_container_does_not_tell_is_at_least_counted(tmp_path: Path) -> None:
    found = decode(joined(tmp_path, ["-f", "mpegts", "-c:a", "mp2"], ["-f", "mpegts", "-c:a", "aac"]))
    assert found.duration_s == pytest.approx(2, abs=0.1)
    assert found.skipped_packets > 50


def test_a_chain_of_many_links_is_heard_in_its_order(tmp_path: Path) -> None:
    links = [tone(tmp_path / f"{n}.ogg", 400 + 100 * n, "-c:a", "libvorbis", seconds=1) for n in range(6)]
    (tmp_path / "chain.ogg").write_bytes(b"".join(link.read_bytes() for link in links))
    found = decode(tmp_path / "chain.ogg")
    assert found.duration_s == pytest.approx(6, abs=0.1)
    assert [round(found.hertz(n + 0.2, n + 0.8), -1) for n in range(6)] == [400, 500, 600, 700, 800, 900]


def test_streams_that_play_together_are_no_chain(tmp_path: Path) -> None:
    two = tone(tmp_path / "two.ogg", 400, "-map", "0:a", "-map", "0:a", "-c:a", "libvorbis")
    assert decode(two).duration_s == pytest.approx(2, abs=0.1)


def test_the_same_file_joined_to_itself_plays_twice(tmp_path: Path) -> None:
    part = tone(tmp_path / "part.ts", 400, "-c:a", "aac").read_bytes()
    (tmp_path / "twice.ts").write_bytes(part + part)
    found = decode(tmp_path / "twice.ts")
    assert found.duration_s == pytest.approx(4, abs=0.2)
    assert found.is_loud(0.1, 1.9)
    assert found.is_loud(2.2, 3.8)
