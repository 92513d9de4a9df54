"""The videos of a playlist or a channel, read by yt-dlp in a child process."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from rich.console import Console

from consumer.clients.subprocesses import ProgramHung, run_program
from consumer.errors import TransientError
from consumer.settings import PipelineSettings
from consumer.text import printable
from consumer.youtube.failures import classify
from consumer.youtube.rules import Access
from consumer.youtube.urls import VIDEO_ID
from consumer.youtube.versions import child_environment, find_deno, find_overlay

IDLE_S = 120.0
EVERY = 100  # entries between two words to whoever waits
HIDDEN = ("[Private video]", "[Deleted video]")


@dataclass(frozen=True)
class Entry:
    """A video of a list."""

    youtube_id: str
    title: str

    @property
    def is_hidden(self) -> bool:
        """Whether it is private or deleted: the list still has it, and nobody can see it."""
        return self.title in HIDDEN


async def list_videos(url: str, settings: PipelineSettings, console: Console) -> list[Entry]:
    """Each video of a list once, in its order; says how far it is. Raises LecternError in YouTube's words."""
    read = _Read(console)
    overlay = find_overlay(settings.ytdlp_overlay_dir)
    folder = overlay.folder if overlay else None
    environment = child_environment(folder, plugins=settings.ytdlp_plugin_dir is not None)
    command = [sys.executable, "-P", "-m", "consumer.youtube.list_child"]
    with TemporaryDirectory(prefix="lectern-") as scratch:
        request = json.dumps(_request(url, Path(scratch), folder, settings)).encode()
        try:
            done = await run_program(command, read.line, idle_s=IDLE_S, environment=environment, stdin=request)
        except ProgramHung as error:
            raise TransientError("YouTube's list stalled", code="stalled") from error
    if read.error:
        access = Access(cookies=settings.ytdlp_cookies_file is not None, proxy=settings.ytdlp_proxy is not None)
        raise classify(read.error["text"], read.error["warnings"], access)
    if not read.ended:
        raise TransientError(f"the list could not be read: {done.tail[-200:]} (code {done.code})", code="download")
    return list(read.entries.values())


def _request(url: str, scratch: Path, overlay: Path | None, settings: PipelineSettings) -> dict[str, Any]:
    proxy, arguments = settings.ytdlp_proxy, settings.ytdlp_extractor_args
    return {
        "url": url,
        "folder": str(scratch),
        "deno": find_deno(overlay),
        "max_video_s": settings.max_video_seconds,
        "cookies": str(settings.ytdlp_cookies_file) if settings.ytdlp_cookies_file else None,
        "proxy": proxy and proxy.get_secret_value(),
        "extractor_args": arguments and arguments.get_secret_value(),
        "plugin_dir": str(settings.ytdlp_plugin_dir) if settings.ytdlp_plugin_dir else None,
    }


class _Read:
    """The child's lines."""

    def __init__(self, console: Console) -> None:
        self.entries: dict[str, Entry] = {}
        self.error: dict[str, Any] | None = None
        self.ended = False
        self._console = console

    def line(self, text: str) -> None:
        if not text.startswith("{"):
            return
        event = cast("dict[str, Any]", json.loads(text))
        match event["event"]:
            case "entry" if VIDEO_ID.fullmatch(event["id"] or ""):
                self.entries[event["id"]] = Entry(event["id"], printable(event["title"] or ""))
                if len(self.entries) % EVERY == 0:
                    self._console.print(f"{len(self.entries)} videos so far …", highlight=False)
            case "error":
                self.error = event
            case "end":
                self.ended = True
            case _:
                return
