"""The child process that runs yt-dlp: `python -m consumer.youtube.child` with one JSON object as its argument.

It says one JSON object a line: `started` (which yt-dlp it could import), `progress` (0 to 1), then `result` (what was
downloaded), `policy`, `live` or `error`.
A process of its own can be killed, cannot leak the consumer's secrets, and a fresh one resumes by Range.
"""

import json
import shutil
import sys
from typing import Any, cast

import yt_dlp_ejs
from yt_dlp import YoutubeDL
from yt_dlp.cookies import CookieLoadError
from yt_dlp.utils import DownloadCancelled, DownloadError
from yt_dlp.version import __version__

SOCKET_TIMEOUT_S = 20
RETRIES = 3


class TooLong(DownloadCancelled):
    """yt-dlp raises it anew without its text, so the class itself must say everything."""

    msg = "too long"


class LiveNow(DownloadCancelled):
    """The video is still being recorded."""

    msg = "live now"


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
    """Download what the argument asks for: `wanted` of `options`, and the watch address as `url`."""
    wanted = cast("dict[str, Any]", json.loads(sys.argv[1]))
    listener = Listener()
    say("started", version=__version__, solver=yt_dlp_ejs.version)
    try:
        with YoutubeDL(cast("Any", options(wanted, listener))) as downloader:
            info = cast("dict[str, Any]", downloader.extract_info(wanted["url"], download=True))
        say("result", **described(info))
    except TooLong:
        say("policy")
    except LiveNow:
        say("live")
    except (DownloadError, CookieLoadError) as error:
        say("error", text=str(error), warnings=listener.warnings)


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
    return {"path": path, "title": title, "channel": channel, "duration_s": info.get("duration")}


def options(wanted: dict[str, Any], listener: Listener) -> dict[str, Any]:
    """yt-dlp's options: one site, one video, nothing executed, nothing kept elsewhere.

    `wanted` has `folder`, `max_video_s` (seconds) and `deno` (a path); `cookies` (a path) and `proxy` (an address)
    may be missing or None. `listener` gets yt-dlp's words.
    """
    folder, most_s = wanted["folder"], float(wanted["max_video_s"])
    cookies = wanted.get("cookies") and shutil.copy(wanted["cookies"], f"{folder}/cookies.txt")

    def gate(info: dict[str, Any], *, incomplete: bool) -> None:  # noqa: ARG001 - yt-dlp passes it by name
        if info.get("live_status") == "is_live":
            raise LiveNow
        if (info.get("duration") or 0) > most_s:
            raise TooLong

    def follow(status: dict[str, Any]) -> None:
        total = status.get("total_bytes") or status.get("total_bytes_estimate")
        if status.get("status") == "downloading" and total:
            say("progress", fraction=min(1.0, status.get("downloaded_bytes", 0) / total))

    chosen: dict[str, Any] = {
        "allowed_extractors": ["youtube"],  # a full match: no other site, no file, no network call for them
        "format": "bestaudio/best",
        "outtmpl": {"default": f"{folder}/source.%(ext)s"},
        "cachedir": f"{folder}/cache",
        "paths": {"home": folder, "temp": folder},
        "compat_opts": {"no-certifi"},  # the system's certificates, a company's own among them
        "plugin_dirs": [],
        "js_runtimes": {"deno": {"path": wanted["deno"]}},
        "noplaylist": True,
        "match_filter": gate,
        "progress_hooks": [follow],
        "logger": listener,
        "quiet": True,
        "noprogress": True,
        "socket_timeout": SOCKET_TIMEOUT_S,
        "retries": RETRIES,
        "fragment_retries": RETRIES,
        "extractor_retries": RETRIES,
        "continuedl": True,
        "updatetime": False,
        "cookiefile": cookies,  # a copy: yt-dlp writes what YouTube changed back to it at the end
        "proxy": wanted.get("proxy"),
    }
    return {name: value for name, value in chosen.items() if value is not None}


if __name__ == "__main__":
    main()
