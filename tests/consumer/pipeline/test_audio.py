"""Whatever came in becomes an MP3 of 192 kbit/s, or an error that a user understands."""

import subprocess
from pathlib import Path

import pytest

from consumer.errors import EnvironmentFault, PolicyError, TransientError, VideoError
from consumer.models import Source
from consumer.pipeline.audio import make_mp3


def ignore(_: float) -> None:
    """Nobody watches."""


def make(into: Path, *arguments: str) -> Path:
    """Some media, by ffmpeg."""
    subprocess.run(["ffmpeg", "-loglevel", "error", "-y", *arguments, str(into)], check=True)
    return into


async def test_the_mp3_has_192_kbit_a_second_and_the_decoded_length(tmp_path: Path, lecture: Path) -> None:
    seen: list[float] = []
    audio = await make_mp3(Source(lecture, "x", duration_s=104), tmp_path / "audio.mp3", seen.append)
    assert audio.duration_s == pytest.approx(103.7, abs=0.2)
    assert audio.path.stat().st_size * 8 / audio.duration_s == pytest.approx(192_000, rel=0.02)
    assert seen == sorted(seen)
    assert seen[-1] > 0.9


async def test_a_video_gives_its_first_sound_track(tmp_path: Path) -> None:
    tracks = [
        "-f",
        "lavfi",
        "-i",
        "testsrc=d=2:s=64x64",
        "-f",
        "lavfi",
        "-i",
        "sine=d=2",
        "-f",
        "lavfi",
        "-i",
        "sine=880:d=2",
    ]
    video = make(tmp_path / "v.mp4", *tracks, "-map", "0", "-map", "1", "-map", "2")
    audio = await make_mp3(Source(video, "x"), tmp_path / "audio.mp3", ignore)
    assert audio.duration_s == pytest.approx(2, abs=0.2)


async def test_a_cut_off_file_gives_what_there_is(tmp_path: Path, lecture: Path) -> None:
    cut = tmp_path / "cut.mp3"
    cut.write_bytes(lecture.read_bytes()[:200_000])
    audio = await make_mp3(Source(cut, "x"), tmp_path / "audio.mp3", ignore)
    assert 20 < audio.duration_s < 30


async def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "e").touch()
    with pytest.raises(VideoError, match="empty"):
        await make_mp3(Source(tmp_path / "e", "x"), tmp_path / "audio.mp3", ignore)


async def test_a_text_is_not_media(tmp_path: Path, lecture: Path) -> None:
    with pytest.raises(VideoError, match="not audio or video"):
        await make_mp3(Source(lecture.with_suffix(".txt"), "x"), tmp_path / "audio.mp3", ignore)


async def test_a_silent_film_has_no_sound(tmp_path: Path) -> None:
    film = make(tmp_path / "v.mp4", "-f", "lavfi", "-i", "testsrc=d=1:s=64x64")
    with pytest.raises(VideoError, match="no sound"):
        await make_mp3(Source(film, "x"), tmp_path / "audio.mp3", ignore)


async def test_a_playlist_reads_no_other_file(tmp_path: Path, lecture: Path) -> None:
    playlist = tmp_path / "list.m3u8"
    playlist.write_text(f"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/{lecture.name}\n")
    with pytest.raises((VideoError, EnvironmentFault)):
        await make_mp3(Source(playlist, "x"), tmp_path / "audio.mp3", ignore)


async def test_without_ffmpeg_the_message_says_what_to_install(
    tmp_path: Path, lecture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    def nowhere(_: str) -> str:
        return str(tmp_path)

    monkeypatch.setattr("sysconfig.get_path", nowhere)  # this environment may have brought its own
    with pytest.raises(EnvironmentFault, match="apt install ffmpeg"):
        await make_mp3(Source(lecture, "x"), tmp_path / "audio.mp3", ignore)


@pytest.mark.parametrize(("claimed_s", "enough"), [(104, True), (108, True), (110, False), (3600, False)])
async def test_less_than_the_site_claims_is_fetched_again(
    tmp_path: Path, lecture: Path, claimed_s: float, *, enough: bool
) -> None:
    media = tmp_path / "source.mp3"
    media.write_bytes(lecture.read_bytes())
    made = make_mp3(Source(media, "x", duration_s=claimed_s), tmp_path / "audio.mp3", ignore)
    if enough:
        await made
        return
    with pytest.raises(TransientError, match=f"lasts {claimed_s} s, and 104 s of it came"):
        await made
    assert not media.exists()  # or the next attempt would take it for the whole


async def test_a_long_recording_may_lack_a_share_of_what_the_site_claims(tmp_path: Path) -> None:
    tone = make(tmp_path / "tone.mp3", "-f", "lavfi", "-i", "sine=d=590:r=8000", "-b:a", "8k")
    await make_mp3(Source(tone, "x", duration_s=600), tmp_path / "audio.mp3", ignore)


async def test_a_recording_without_a_claimed_length_is_refused_when_it_turns_out_too_long(
    tmp_path: Path, lecture: Path
) -> None:
    with pytest.raises(PolicyError, match=r"longer than the 0.0278 hours"):
        await make_mp3(Source(lecture, "x"), tmp_path / "audio.mp3", ignore, max_s=100)


async def test_ffmpeg_sees_nothing_of_our_environment_and_is_held_within_limits(
    tmp_path: Path, lecture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    spy = tmp_path / "ffmpeg"
    spy.write_text(f"#!/bin/sh\nsleep 0.5\n/usr/bin/env > {seen}\nulimit -v >> {seen}\nulimit -t >> {seen}\nexit 1\n")
    spy.chmod(0o755)
    monkeypatch.setenv("DB_PASSWORD", "secret")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(TransientError):
        await make_mp3(Source(lecture, "x"), tmp_path / "audio.mp3", ignore)
    *environment, memory_kib, processor_s = seen.read_text().split()
    assert not any("secret" in line or line.startswith("HOME") for line in environment)
    assert (memory_kib, processor_s) == (str(4 << 20), "3600")
