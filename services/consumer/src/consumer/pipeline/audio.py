"""The step that makes the MP3, whatever came in, and sees whether all of it came."""

import resource
import signal
from pathlib import Path

from consumer.clients.subprocesses import Finished, ProgramHung, find_program, run_program
from consumer.errors import Dependency, EnvironmentFault, PolicyError, TransientError, VideoError
from consumer.models import Audio, Progress, Source

BIT_RATE, SAMPLE_RATE = "192k", "44100"  # below 32 kHz MP3 ends at 160 kbit/s (ISO 13818-3)
IDLE_S = 60.0
LIMITS = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_AS: 4 << 30,  # addresses, of which a process with many threads uses a tenth
    resource.RLIMIT_CPU: 3600,  # seconds: a day of audio takes half of it
}
"""What one ffmpeg may take: the file comes from anybody."""
SHORT_S, SHORT_SHARE = 5.0, 0.02
"""How much less than the site claims may be decoded, in seconds or as a share of the claim (the larger): the claim
is in whole seconds, and a sound track may end a little before its pictures do."""
FORMATS = "mp3,wav,w64,aiff,flac,ogg,mov,mp4,m4a,matroska,webm,aac,mpegts,mpeg,avi,asf,amr,caf,ac3,flv"
NOT_MEDIA = (
    "Invalid data found",
    "not on whitelist",
    "Format not",
    "moov atom not found",
    "Unknown input format",
    "could not find codec parameters",
)
NO_AUDIO = ("matches no streams", "does not contain any stream")


async def make_mp3(source: Source, into: Path, on_progress: Progress, *, max_s: float | None = None) -> Audio:
    """Write the first sound track of `source` to the file `into` as MP3 of 192 kbit/s.

    `on_progress` is told the fraction done where the source claims a length. No more than `max_s` seconds are taken.
    Returns the file with its decoded seconds.
    Raises VideoError for media without usable sound, PolicyError where it is longer than `max_s`, TransientError where
    less came than the site claims (what came is removed, so that the next attempt fetches it anew), EnvironmentFault
    without ffmpeg or disk.
    """
    ffmpeg = find_program("ffmpeg")
    if ffmpeg is None:
        words = "ffmpeg is not installed: install it (apt install ffmpeg) and start again"
        raise EnvironmentFault(words, code="no_ffmpeg", dependency=Dependency.MACHINE)
    if source.path.stat().st_size == 0:
        raise VideoError("the file is empty", code="empty")
    written = _Written(source.duration_s, on_progress)
    command = _command(ffmpeg, source.path, into, max_s)
    try:
        done = await run_program(command, written.line, idle_s=IDLE_S, environment={}, limits=LIMITS)
    except ProgramHung as error:
        raise TransientError(f"making the MP3 hung: {error}", code="ffmpeg_hung") from error
    if done.code != 0:
        raise _explained(done)
    _check(written.seconds, source, max_s)
    return Audio(into, written.seconds)


def _check(decoded_s: float, source: Source, max_s: float | None) -> None:
    """Whether what was decoded can be what the site has."""
    if decoded_s <= 0:
        raise VideoError("the file holds no sound", code="no_audio")
    if max_s is not None and decoded_s > max_s:
        raise PolicyError(f"the video is longer than the {max_s / 3600:.3g} hours allowed", code="too_long")
    claimed_s = source.duration_s or 0.0
    if decoded_s < claimed_s - max(SHORT_S, SHORT_SHARE * claimed_s):
        source.path.unlink()
        words = f"YouTube says that the video lasts {claimed_s:.0f} s, and {decoded_s:.0f} s of it came"
        raise TransientError(words, code="short")


def _command(ffmpeg: str, source: Path, into: Path, max_s: float | None) -> list[str]:
    quiet = ["-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
    only_this_file = ["-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS, "-i", f"file:{source}"]
    first_sound = ["-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1"]
    no_more = ["-t", f"{max_s + 1:.3f}"] if max_s is not None else []  # a second, to see that there is more
    return [
        ffmpeg,
        *quiet,
        *only_this_file,
        *first_sound,
        *no_more,
        "-c:a",
        "libmp3lame",
        "-b:a",
        BIT_RATE,
        "-ar",
        SAMPLE_RATE,
        "-progress",
        "pipe:1",
        f"file:{into}",
    ]


class _Written:
    """Follows ffmpeg's -progress: key=value lines, out_time_us in microseconds of output."""

    def __init__(self, expected_s: float | None, on_progress: Progress) -> None:
        self.seconds = 0.0
        self._expected_s = expected_s
        self._on_progress = on_progress

    def line(self, text: str) -> None:
        key, _, value = text.partition("=")
        if key == "out_time_us" and value.isdigit():
            self.seconds = int(value) / 1e6
            if self._expected_s:
                self._on_progress(min(1.0, self.seconds / self._expected_s))


def _explained(done: Finished) -> VideoError | EnvironmentFault | TransientError:
    said = done.tail
    if any(sign in said for sign in NO_AUDIO):
        return VideoError("the video has no sound", code="no_audio")
    if "No space left" in said:
        words = "the disk is full: free space under DOWNLOAD_DIR"
        return EnvironmentFault(words, code="disk_full", dependency=Dependency.MACHINE)
    if any(sign in said for sign in NOT_MEDIA):
        return VideoError("the file is not audio or video, or is damaged", code="not_media")
    if done.code == -signal.SIGXCPU:
        return VideoError("the file takes more processor time than any recording: it is damaged", code="not_media")
    return TransientError(f"ffmpeg failed (code {done.code}): {said[-300:]}", code="ffmpeg")
