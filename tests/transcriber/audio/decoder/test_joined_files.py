"""Recordings that were joined into one file, as radio stations and `cat` do: all of each is heard."""

import subprocess
from pathlib import Path

import pytest

from tests.support.transcriber.decoding import decode
from tests.support.transcriber.media_files import tone

VORBIS, OPUS = ["-c:a", "libvorbis", "-f", "ogg"], ["-c:a", "libopus", "-f", "ogg"]
FLAC = ["-c:a", "flac", "-f", "ogg"]
TS_AAC = ["-f", "mpegts", "-c:a", "aac"]
JOINS = {
    "mp3": (["-f", "mp3"], ["-f", "mp3"]),
    "mp3 of MPEG 1 and 2": (["-f", "mp3"], ["-f", "mp3", "-ar", "22050"]),
    "adts": (["-f", "adts"], ["-f", "adts"]),
    "transport stream": (TS_AAC, TS_AAC),
    "transport stream of another codec": (["-f", "mpegts", "-c:a", "mp2"], ["-f", "mpegts", "-c:a", "aac"]),
    "transport stream of another packet id": (TS_AAC, [*TS_AAC, "-mpegts_start_pid", "0x300"]),
    "transport stream of another program": (TS_AAC, [*TS_AAC, "-mpegts_pmt_start_pid", "0x1100"]),
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


def test_a_stretch_of_a_transport_stream_without_sound_ends_nothing(tmp_path: Path) -> None:
    parts = [tone(tmp_path / f"{hertz}.ts", hertz, *TS_AAC) for hertz in (400, 800)]
    picture = tmp_path / "picture.ts"
    make = ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=64x64:rate=5:duration=2"]
    subprocess.run([*make, "-c:v", "mpeg2video", "-f", "mpegts", str(picture)], check=True)
    file = tmp_path / "joined.ts"
    file.write_bytes(parts[0].read_bytes() + picture.read_bytes() + parts[1].read_bytes())
    found = decode(file)
    assert not found.broke_off
    assert found.hertz(2.3, 3.8) == pytest.approx(800, abs=5)


def test_a_track_that_begins_minutes_after_the_first_one_is_heard(tmp_path: Path) -> None:
    first = tone(tmp_path / "first.ts", 400, *TS_AAC, seconds=60)
    second = tone(tmp_path / "second.ts", 800, *TS_AAC, "-mpegts_start_pid", "0x300")
    file = tmp_path / "joined.ts"
    file.write_bytes(first.read_bytes() + second.read_bytes())
    found = decode(file)
    assert found.duration_s == pytest.approx(62, abs=0.25)
    assert found.hertz(60.3, 61.8) == pytest.approx(800, abs=5)


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
