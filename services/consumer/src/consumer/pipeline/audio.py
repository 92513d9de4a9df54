"""The step that makes the MP3, whatever came in."""

from pathlib import Path

from consumer.clients.subprocesses import ProgramHung, find_program, run_program
from consumer.errors import EnvironmentFault, TransientError, VideoError
from consumer.models import Audio, Progress, Source

BIT_RATE, SAMPLE_RATE = "192k", "44100"  # below 32 kHz MP3 ends at 160 kbit/s (ISO 13818-3)
IDLE_S = 60.0
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


async def make_mp3(source: Source, into: Path, on_progress: Progress) -> Audio:
    """Write the first sound track of `source` to the file `into` as MP3 of 192 kbit/s.

    `on_progress` is told the fraction done where the source claims a length. Returns the file with its decoded seconds.
    Raises VideoError for media without usable sound, EnvironmentFault without ffmpeg or disk, TransientError otherwise.
    """
    ffmpeg = find_program("ffmpeg")
    if ffmpeg is None:
        raise EnvironmentFault(
            "ffmpeg is not installed: install it (apt install ffmpeg) and start again", code="no_ffmpeg"
        )
    if source.path.stat().st_size == 0:
        raise VideoError("the file is empty", code="empty")
    written = _Written(source.duration_s, on_progress)
    try:
        done = await run_program(_command(ffmpeg, source.path, into), written.line, idle_s=IDLE_S)
    except ProgramHung as error:
        raise TransientError(f"making the MP3 hung: {error}", code="ffmpeg_hung") from error
    if done.code != 0:
        raise _explained(done.tail)
    if written.seconds <= 0:
        raise VideoError("the file holds no sound", code="no_audio")
    return Audio(into, written.seconds)


def _command(ffmpeg: str, source: Path, into: Path) -> list[str]:
    quiet = ["-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
    only_this_file = ["-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS, "-i", f"file:{source}"]
    first_sound = ["-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1"]
    return [
        ffmpeg,
        *quiet,
        *only_this_file,
        *first_sound,
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


def _explained(said: str) -> VideoError | EnvironmentFault | TransientError:
    if any(sign in said for sign in NO_AUDIO):
        return VideoError("the video has no sound", code="no_audio")
    if "No space left" in said:
        return EnvironmentFault("the disk is full: free space under DOWNLOAD_DIR", code="disk_full")
    if any(sign in said for sign in NOT_MEDIA):
        return VideoError("the file is not audio or video, or is damaged", code="not_media")
    return TransientError(f"ffmpeg failed: {said[-300:]}", code="ffmpeg")
