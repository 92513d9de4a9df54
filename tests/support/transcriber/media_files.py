"""Media files made with ffmpeg, for tests of what is read from them."""

import subprocess
from pathlib import Path

SECONDS = 7
FORMATS = {
    "a.mp3": ["-c:a", "libmp3lame"],
    "a.m4a": ["-c:a", "aac"],
    "a.wav": ["-ar", "8000"],
    "stereo.wav": ["-ar", "48000", "-ac", "2"],
    "a.flac": ["-c:a", "flac"],
    "a.ogg": ["-c:a", "libvorbis"],
    "a.webm": ["-c:a", "libopus"],
    "video.mp4": ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=5", "-shortest", "-c:v", "mpeg4", "-c:a", "aac"],
    "a.mka": ["-c:a", "ac3"],
}

FLAC_SYNC = b"\xff\xf8\x25"  # and the code for blocks of 576 samples at 16 kHz


def ffmpeg(target: Path, *options: str) -> Path:
    """The file that ffmpeg writes with these options."""
    command = ["ffmpeg", "-nostdin", "-y", "-loglevel", "error", *options, str(target)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return target


def convert(source: Path, target: Path, *options: str, seconds: float = SECONDS) -> Path:
    """The first seconds of a file in another format."""
    return ffmpeg(target, "-i", str(source), *options, "-t", str(seconds))


def tone(target: Path, hertz: int, *options: str, seconds: float = 2) -> Path:
    """A sine of this pitch."""
    return ffmpeg(target, "-f", "lavfi", "-i", f"sine={hertz}:sample_rate=48000:duration={seconds}", *options)


def damaged(source: Path, target: Path, nth: int, seconds: float) -> Path:
    """FLAC frames of 36 ms in Matroska: of `nth` each only the first has the mark that a decoder looks for."""
    file = convert(source, target, "-c:a", "flac", "-ar", "16000", "-frame_size", "576", seconds=seconds)
    first, *frames = file.read_bytes().split(FLAC_SYNC)
    kept = [(FLAC_SYNC if n % nth == 0 else b"\0\0\0") + frame for n, frame in enumerate(frames)]
    file.write_bytes(first + b"".join(kept))
    return file
