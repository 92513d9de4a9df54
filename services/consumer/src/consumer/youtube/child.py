"""The child process that runs yt-dlp: `python -P -m consumer.youtube.child`, one JSON object on its standard input.

It says one JSON object a line: `started` (which yt-dlp it could import), `progress` (0 to 1), then `result` (what was
downloaded), `policy`, `live`, `just_over` or `error`.
A process of its own can be killed, cannot leak the consumer's secrets, and a fresh one resumes by Range.
"""

import json
import sys
from typing import Any, cast

import yt_dlp_ejs
from yt_dlp import YoutubeDL, parse_options
from yt_dlp import globals as shared
from yt_dlp.utils import DownloadCancelled, YoutubeDLError
from yt_dlp.version import __version__

from consumer.youtube.options import options


class TooLong(DownloadCancelled):
    """yt-dlp raises it anew without its text, so the class itself must say everything."""

    msg = "too long"


class LiveNow(DownloadCancelled):
    """The video is still being recorded."""

    msg = "live now"


class JustOver(DownloadCancelled):
    """The event is over, and of its recording there are only the last hours so far."""

    msg = "just over"


class Listener:
    """yt-dlp's logger: keeps the warnings, which alone tell some failures apart."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def debug(self, message: str) -> None:
        """Nothing to keep."""

    def info(self, message: str) -> None:
        """Nothing to keep."""

    def warning(self, message: str) -> None:
        """Kept, within bounds."""
        if len(self.warnings) < 50:
            self.warnings.append(message[:500])

    def error(self, message: str) -> None:
        """Comes as an exception as well."""


def main() -> None:
    """Download what standard input asks for: `wanted` of `options`, and what `make_downloader` takes."""
    wanted = cast("dict[str, Any]", json.load(sys.stdin))
    listener = Listener()
    say("started", version=__version__, solver=yt_dlp_ejs.version)
    try:
        with make_downloader(wanted, listener) as downloader:
            info = cast("dict[str, Any]", downloader.extract_info(wanted["url"], download=True))
        say("result", **described(info))
    except TooLong:
        say("policy")
    except LiveNow:
        say("live")
    except JustOver:
        say("just_over")
    except YoutubeDLError as error:  # a DownloadError but for cookies and for what the disk refuses
        say("error", text=str(error), warnings=listener.warnings)


def make_downloader(wanted: dict[str, Any], listener: Listener, **others: Any) -> YoutubeDL:
    """yt-dlp with our options, and from `wanted` with `extractor_args` (as on its command line) and `plugin_dir`.

    `others` take the place of ours.
    """
    most_s = float(wanted["max_video_s"])

    def gate(info: dict[str, Any], *, incomplete: bool) -> None:  # noqa: ARG001 - yt-dlp passes it by name
        if info.get("live_status") == "is_live":
            raise LiveNow
        if info.get("live_status") == "post_live":
            raise JustOver
        if (info.get("duration") or 0) > most_s:
            raise TooLong

    def follow(status: dict[str, Any]) -> None:
        total = status.get("total_bytes") or status.get("total_bytes_estimate")
        if status.get("status") == "downloading" and total:
            say("progress", fraction=min(1.0, status.get("downloaded_bytes", 0) / total))

    if plugin_dir := wanted.get("plugin_dir"):
        cast("Any", shared).plugin_dirs.value = [plugin_dir]  # and no other: not HOME, not what is installed
    hooks = {"match_filter": gate, "progress_hooks": [follow], "logger": listener}
    return YoutubeDL(cast("Any", {**options(wanted), **hooks, "extractor_args": extractor_args(wanted), **others}))


def extractor_args(wanted: dict[str, Any]) -> dict[str, Any]:
    """yt-dlp's own reading of `youtube:name=value,value;name=value`."""
    if not wanted.get("extractor_args"):
        return {}
    chosen = cast("Any", parse_options(["--ignore-config", "--extractor-args", wanted["extractor_args"]]))
    return cast("dict[str, Any]", chosen.ydl_opts["extractor_args"])


def say(event: str, **values: object) -> None:
    """One line for the parent."""
    sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
    sys.stdout.flush()


def described(info: dict[str, Any]) -> dict[str, object]:
    """What the parent wants to know; `path` is None where yt-dlp was silently content with nothing."""
    downloads = cast("list[dict[str, Any]]", info.get("requested_downloads") or [])
    path = downloads[0].get("filepath") if downloads else None
    title = info.get("title") or info.get("id")
    channel = info.get("channel") or info.get("uploader")
    about = {"duration_s": info.get("duration"), "language": info.get("language")}  # of the track that was taken
    return {"path": path, "title": title, "channel": channel, **about}


if __name__ == "__main__":
    main()
