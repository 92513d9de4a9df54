"""The media as the site would send it: one file, and the same sound in fragments."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

FRAGMENT_S = 10


@dataclass(frozen=True)
class Media:
    """An M4A file, its duration in seconds, and its fragments of ten seconds after a header."""

    whole: bytes
    duration_s: float
    fragments: tuple[bytes, ...]


def encode(source: Path, folder: Path) -> Media:
    """Any audio file as media; `folder` takes what ffmpeg writes."""
    whole = folder / "media.m4a"
    progress = ["-movflags", "+faststart", "-progress", "pipe:1", str(whole)]
    said = _ffmpeg("-i", str(source), "-vn", "-c:a", "aac", "-b:a", "96k", *progress)
    times = [line.partition("=")[2] for line in said.splitlines() if line.startswith("out_time_us=")]
    names = ["-hls_fmp4_init_filename", "header", "-hls_segment_filename", str(folder / "fragment-%03d")]
    form = ["-f", "hls", "-hls_segment_type", "fmp4", "-hls_time", str(FRAGMENT_S), "-hls_list_size", "0"]
    _ffmpeg("-i", str(whole), "-c", "copy", *form, *names, str(folder / "list.m3u8"))
    fragments = [folder / "header", *sorted(folder.glob("fragment-*"))]
    return Media(whole.read_bytes(), int(times[-1]) / 1e6, tuple(path.read_bytes() for path in fragments))


def _ffmpeg(*arguments: str) -> str:
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
