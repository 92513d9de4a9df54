"""Files made to hurt: nothing is read or sent that the client did not upload, and memory stays small."""

import os
import socket
import struct
import subprocess
import threading
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest

from tests.support.transcriber.media_files import convert
from tests.support.transcriber.watching import Left, give_back_free_pages, left_behind, peak_bytes
from transcriber import errors
from transcriber.audio.media import Decoders, MediaLimits
from transcriber.audio.windows import SAMPLE_RATE

MEGABYTE = 1 << 20
FORMAT = struct.pack("<IHHIIHH", 16, 1, 1, 16000, 32000, 2, 16)
WAV_HEAD = b"RIFF\xff\xff\xff\xffWAVEfmt " + FORMAT + b"data\xff\xff\xff\xff"


@pytest.fixture
def decoders() -> Generator[Decoders]:
    before, memory = Left.now(), psutil.Process().memory_info().rss
    made = Decoders()
    yield made
    made.close()
    assert left_behind(before) == Left()
    give_back_free_pages()  # what the heap keeps for later is not held by anybody
    assert psutil.Process().memory_info().rss - memory < 50 * MEGABYTE


@pytest.fixture
def listener() -> Generator[socket.socket]:
    """An address that nobody may connect to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server


def read(decoders: Decoders, file: Path, limits: MediaLimits | None = None) -> float:
    """Seconds of audio in a file."""
    with decoders.open(file, limits) as media:
        return sum(len(block) for block in media) / SAMPLE_RATE


PLAYLISTS = {
    "playlist.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{target}\n#EXT-X-ENDLIST\n",
    "master.m3u8": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{target}\n",
    "list.ffconcat": "ffconcat version 1.0\nfile '{target}'\n",
    "session.sdp": "v=0\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\na=control:{target}\n",
    "manifest.mpd": '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet><Representation>'
    "<BaseURL>{target}</BaseURL></Representation></AdaptationSet></Period></MPD>",
    "list.pls": "[playlist]\nFile1={target}\n",
    "list.xspf": "<playlist><trackList><track><location>{target}</location></track></trackList></playlist>",
    "image.svg": '<svg xmlns="http://www.w3.org/2000/svg"><image href="{target}"/></svg>',
    "script.vqf": "{target}",
}


@pytest.mark.parametrize("name", PLAYLISTS)
def test_a_playlist_reads_no_file_and_sends_nothing(
    name: str, decoders: Decoders, listener: socket.socket, lecture: Path, tmp_path: Path
) -> None:
    port, hostile = listener.getsockname()[1], tmp_path / name
    for target in (f"file://{lecture}", str(lecture), f"http://127.0.0.1:{port}/a.ts"):
        hostile.write_text(PLAYLISTS[name].format(target=target, port=port))
        with pytest.raises(errors.MediaError):
            read(decoders, hostile)
    with pytest.raises(TimeoutError):
        listener.accept()


def test_a_playlist_inside_a_transport_stream_is_not_followed(
    decoders: Decoders, listener: socket.socket, tmp_path: Path
) -> None:
    packet = b"\x47\x1f\xff\x10" + f"#EXTM3U\nhttp://127.0.0.1:{listener.getsockname()[1]}/\n".encode().ljust(
        184, b"\xff"
    )
    (tmp_path / "a.ts").write_bytes(packet * 50)
    with pytest.raises(errors.MediaError):
        read(decoders, tmp_path / "a.ts")
    with pytest.raises(TimeoutError):
        listener.accept()


def test_six_hours_of_silence_in_a_small_file_stop_at_the_limit_in_bounded_memory(
    decoders: Decoders, tmp_path: Path
) -> None:
    bomb = tmp_path / "bomb.flac"
    silence = ["-f", "lavfi", "-i", "anullsrc=r=2000:cl=mono", "-t", str(6 * 3600), "-compression_level", "0"]
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", *silence, str(bomb)], check=True)
    assert bomb.stat().st_size < 8 * MEGABYTE
    with decoders.open(bomb, MediaLimits(max_audio_s=3600)) as media:
        most = [peak_bytes(media.pid) for _ in zip(range(100), media, strict=False)]
        with pytest.raises(errors.TooLong):
            list(media)
    assert 0 < max(most) < 200 * MEGABYTE


def test_no_bytes_are_an_empty_upload(decoders: Decoders, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(errors.EmptyUpload):
        read(decoders, tmp_path / "empty")


def test_one_frame_is_a_very_short_file(decoders: Decoders, lecture: Path, tmp_path: Path) -> None:
    assert 0 < read(decoders, convert(lecture, tmp_path / "one.mp3", seconds=0.02)) < 0.3


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.flac", "a.ogg", "a.wav", "a.webm"])
def test_a_file_cut_short_anywhere_gives_what_is_there_or_says_why_not(
    name: str, decoders: Decoders, lecture: Path, tmp_path: Path
) -> None:
    whole = convert(lecture, tmp_path / name, seconds=3).read_bytes()
    for tenth in range(1, 10):
        (tmp_path / "cut").write_bytes(whole[: len(whole) * tenth // 10])
        try:
            assert read(decoders, tmp_path / "cut") <= 3.3
        except errors.MediaError as error:
            assert str(error)  # noqa: PT017 - either is right


def test_of_twelve_audio_tracks_one_is_heard(decoders: Decoders, lecture: Path, tmp_path: Path) -> None:
    tracks = ["-map", "0:a"] * 12
    many = convert(lecture, tmp_path / "many.mkv", *tracks, "-c:a", "aac", seconds=3)
    assert read(decoders, many) == pytest.approx(3, abs=0.2)


def test_a_video_without_sound_is_told_apart(decoders: Decoders, tmp_path: Path) -> None:
    silent = tmp_path / "silent.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=5", "-t", "1", "-c:v", "mpeg4"]
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", *picture, str(silent)], check=True)
    with pytest.raises(errors.NoAudioTrack):
        read(decoders, silent)


def test_a_header_that_lies_about_its_size_is_not_believed(decoders: Decoders, tmp_path: Path) -> None:
    (tmp_path / "lie.wav").write_bytes(WAV_HEAD + b"\0\1" * 16000)
    assert read(decoders, tmp_path / "lie.wav") == pytest.approx(1, abs=0.1)


def test_a_codec_that_nobody_knows_is_not_supported(decoders: Decoders, tmp_path: Path) -> None:
    unknown = FORMAT.replace(struct.pack("<HH", 1, 1), struct.pack("<HH", 0x9999, 1), 1)
    (tmp_path / "odd.wav").write_bytes(WAV_HEAD.replace(FORMAT, unknown) + bytes(16000))
    with pytest.raises(errors.NotSupported, match="not supported: convert it"):
        read(decoders, tmp_path / "odd.wav")


def test_a_decoder_that_uses_too_much_processor_time_is_ended(decoders: Decoders, tmp_path: Path) -> None:
    long = tmp_path / "long.wav"
    long.write_bytes(WAV_HEAD)
    os.truncate(long, 1 << 30)  # a hole: nine hours that take no room
    with pytest.raises(errors.Undecodable, match="crashed"):
        read(decoders, long, MediaLimits(max_cpu_s=1))


def test_many_files_at_once_leave_nothing(lecture: Path) -> None:
    before, decoders, found = Left.now(), Decoders(), list[float]()

    def read_eight() -> int:
        threads = [threading.Thread(target=lambda: found.append(read(decoders, lecture))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        give_back_free_pages()
        return psutil.Process().memory_info().rss

    first = read_eight()  # each thread's heap keeps something; the second time it must do
    assert read_eight() - first < 20 * MEGABYTE
    decoders.close()
    assert left_behind(before) == Left()
    assert [round(seconds) for seconds in found] == [104] * 16
