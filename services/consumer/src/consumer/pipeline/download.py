"""The step that fetches a video's sound from YouTube, or takes a local file."""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import structlog

from consumer.clients.subprocesses import Finished, ProgramHung, run_program
from consumer.errors import BadMessage, LecternError, NotYet, PolicyError, TransientError
from consumer.models import Progress, Source
from consumer.youtube.failures import classify
from consumer.youtube.versions import child_environment, find_deno, find_overlay

log = structlog.get_logger()


@dataclass(frozen=True)
class DownloadSettings:
    """What a download may cost, and the way to YouTube.

    A video may last `max_video_s`. The child may say nothing for `idle_s` and take `most_s` in all. `cookies_file` is
    in Netscape format; `overlay_dir` is where `lectern update-ytdlp` puts newer versions.
    """

    max_video_s: float = 4 * 3600
    cookies_file: Path | None = None
    proxy: str | None = None
    overlay_dir: Path | None = None
    idle_s: float = 180.0
    most_s: float = 2 * 3600.0


async def download(youtube_id: str, into: Path, settings: DownloadSettings, on_progress: Progress) -> Source:
    """Fetch the best sound of a video into the folder `into`, going on where a killed attempt stopped.

    `youtube_id` is its eleven characters; `on_progress` is told the fraction done. Returns where the media is and
    what YouTube says of it.
    Raises VideoError, PolicyError, NotYet, TransientError or EnvironmentFault, in words for the user.
    """
    wanted = {
        "url": f"https://www.youtube.com/watch?v={youtube_id}",
        "folder": str(into),
        "max_video_s": settings.max_video_s,
        "cookies": str(settings.cookies_file) if settings.cookies_file else None,
        "proxy": settings.proxy,
    }
    said = _Said(on_progress)
    overlay = find_overlay(settings.overlay_dir)
    done = await _run(wanted, overlay.folder if overlay else None, said, settings)
    if overlay and not said.started:
        log.warning(
            "ytdlp.overlay_broken", folder=str(overlay.folder), said=done.tail[-200:], instead="the built-in one"
        )
        done = await _run(wanted, None, said, settings)
    if said.last is None:
        last = done.tail.splitlines()[-1:] or ["it said nothing"]
        raise TransientError(f"the download broke: {last[0][:200]} (code {done.code})", code="download")
    return _source(said.last, youtube_id, settings)


async def _run(wanted: dict[str, Any], overlay: Path | None, said: "_Said", settings: DownloadSettings) -> Finished:
    """The child, with the yt-dlp of a folder or the built-in one."""
    argument = json.dumps({**wanted, "deno": find_deno(overlay)})
    command = [sys.executable, "-P", "-m", "consumer.youtube.child", argument]
    try:
        async with asyncio.timeout(settings.most_s):
            environment = child_environment(overlay)
            return await run_program(command, said.line, idle_s=settings.idle_s, environment=environment)
    except ProgramHung as error:
        raise TransientError("the download stalled and was stopped", code="stalled") from error
    except TimeoutError:
        words = f"YouTube sends it too slowly: stopped after {settings.most_s / 3600:.3g} hours, to go on from there"
        raise TransientError(words, code="too_slow") from None


def local_source(path: Path) -> Source:
    """A local media file. Raises BadMessage where there is none."""
    if not path.is_file():
        raise BadMessage(f"{path} is not a file", code="no_file")
    if path.stat().st_size == 0:
        raise BadMessage(f"{path} is empty", code="empty")
    return Source(path, title=path.stem)


class _Said:
    """The child's lines: progress is passed on, the last other event is kept; `started` once it has imported yt-dlp."""

    def __init__(self, on_progress: Progress) -> None:
        self.started = False
        self.last: dict[str, Any] | None = None
        self._on_progress = on_progress

    def line(self, text: str) -> None:
        if not text.startswith("{"):
            return
        event = cast("dict[str, Any]", json.loads(text))
        match event["event"]:
            case "started":
                self.started = True
                log.info("ytdlp.started", version=event["version"], solver=event["solver"])
            case "progress":
                self._on_progress(event["fraction"])
            case _:
                self.last = event


def _source(event: dict[str, Any], youtube_id: str, settings: DownloadSettings) -> Source:
    if event["event"] != "result":
        raise _failure(event, settings)
    path = Path(event["path"]) if event["path"] else None
    if path is None or not path.is_file() or path.stat().st_size == 0:
        raise TransientError("YouTube sent no media", code="no_media")
    return Source(path, event["title"], youtube_id, event["channel"], event["duration_s"])


def _failure(event: dict[str, Any], settings: DownloadSettings) -> LecternError:
    match event["event"]:
        case "policy":
            hours = settings.max_video_s / 3600
            return PolicyError(f"the video is longer than the {hours:.3g} hours allowed", code="too_long")
        case "live":
            return NotYet("the video is live now and has no recording yet", code="live")
        case _:
            return classify(event["text"], event["warnings"])
