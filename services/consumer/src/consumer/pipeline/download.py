"""The step that fetches a video's sound from YouTube, or takes a local file."""

import asyncio
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import structlog
from pydantic import SecretStr

from consumer.clients.subprocesses import Finished, ProgramHung, run_program
from consumer.errors import BadMessage, Dependency, LecternError, NotYet, PolicyError, TransientError, attributed
from consumer.models import Progress, Source
from consumer.text import printable, without_credentials
from consumer.youtube.failures import classify
from consumer.youtube.rules import Access
from consumer.youtube.versions import child_environment, find_deno, find_overlay

log = structlog.get_logger()


@dataclass(frozen=True)
class DownloadSettings:
    """What a download may cost, and the way to YouTube.

    A video may last `max_video_s`. The child may say nothing for `idle_s` and take `most_s` in all. `cookies_file` is
    in Netscape format; `overlay_dir` is where `lectern update-ytdlp` puts newer versions; `extractor_args` is what
    yt-dlp's option of that name takes; `plugin_dir` holds the only plugins that yt-dlp may load.
    """

    max_video_s: float = 4 * 3600
    cookies_file: Path | None = None
    proxy: SecretStr | None = None
    overlay_dir: Path | None = None
    extractor_args: SecretStr | None = None
    plugin_dir: Path | None = None
    idle_s: float = 180.0
    most_s: float = 2 * 3600.0


async def download(
    youtube_id: str,
    into: Path,
    settings: DownloadSettings,
    on_progress: Progress,
    *,
    language: str | None = None,
) -> Source:
    """Fetch the best sound of a video into the folder `into`, going on where a killed attempt stopped.

    `youtube_id` is its eleven characters; `on_progress` is told the fraction done. The track is the one in `language`
    where there is such a one, else the original. Returns where the media is and what YouTube says of it.
    Raises VideoError, PolicyError, NotYet, TransientError or EnvironmentFault, in words for the user.
    """
    wanted = _wanted(youtube_id, into, settings, language)
    with attributed(Dependency.YOUTUBE):
        source = _source(await _fetched(wanted, settings, on_progress), youtube_id, settings)
    return replace(source, language=spoken(language, source.language))


def spoken(asked_for: str | None, of_track: str | None) -> str | None:
    """The language (ISO 639) that is known to be spoken: the one asked for, such as pt-BR, if the track has it."""
    asked, has = (language.partition("-")[0].lower() if language else None for language in (asked_for, of_track))
    return asked if asked == has else None


async def _fetched(wanted: dict[str, Any], settings: DownloadSettings, on_progress: Progress) -> dict[str, Any]:
    """The child's last event; where the newer yt-dlp of the overlay does not even start, the built-in one's."""
    said = _Said(on_progress)
    overlay = find_overlay(settings.overlay_dir)
    done = await _run(wanted, overlay.folder if overlay else None, said, settings)
    if overlay and not said.started:
        words = without_credentials(done.tail[-200:])
        log.warning("ytdlp.overlay_broken", folder=str(overlay.folder), said=words, instead="the built-in one")
        done = await _run(wanted, None, said, settings)
    if said.last is None:
        raise _broken(done, settings)
    return said.last


def _broken(done: Finished, settings: DownloadSettings) -> LecternError:
    """What a child means that ended without a word for us: its last line, unless it was killed."""
    last = (done.tail.splitlines() or ["it said nothing"])[-1][:200]
    if done.code < 0:
        return TransientError(f"the download broke: {last} (code {done.code})", code="download")
    return classify(f"yt-dlp broke: {last} (code {done.code})", (), _access(settings))


def _wanted(youtube_id: str, into: Path, settings: DownloadSettings, language: str | None) -> dict[str, Any]:
    return {
        "url": f"https://www.youtube.com/watch?v={youtube_id}",
        "folder": str(into),
        "max_video_s": settings.max_video_s,
        "language": language,
        "cookies": str(settings.cookies_file) if settings.cookies_file else None,
        "proxy": settings.proxy and settings.proxy.get_secret_value(),
        "extractor_args": settings.extractor_args and settings.extractor_args.get_secret_value(),
        "plugin_dir": str(settings.plugin_dir) if settings.plugin_dir else None,
    }


async def _run(wanted: dict[str, Any], overlay: Path | None, said: "_Said", settings: DownloadSettings) -> Finished:
    """The child, with the yt-dlp of a folder or the built-in one. What it reads may hold passwords: not an argument."""
    request = json.dumps({**wanted, "deno": find_deno(overlay)}).encode()
    command = [sys.executable, "-P", "-m", "consumer.youtube.child"]
    environment = child_environment(overlay, plugins=settings.plugin_dir is not None)
    try:
        async with asyncio.timeout(settings.most_s):
            return await run_program(command, said.line, idle_s=settings.idle_s, environment=environment, stdin=request)
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
    return Source(path, title=printable(path.stem))


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
    title, channel = printable(event["title"]), printable(event["channel"]) if event["channel"] else None
    return Source(path, title, youtube_id, channel, event["duration_s"], event.get("language"))


def _failure(event: dict[str, Any], settings: DownloadSettings) -> LecternError:
    match event["event"]:
        case "policy":
            hours = settings.max_video_s / 3600
            return PolicyError(f"the video is longer than the {hours:.3g} hours allowed", code="too_long")
        case "live":
            return NotYet("the video is live now and has no recording yet", code="live")
        case "just_over":
            return NotYet("the live event is over, and YouTube has not made its recording yet", code="processing")
        case _:
            return classify(event["text"], event["warnings"], _access(settings))


def _access(settings: DownloadSettings) -> Access:
    return Access(cookies=settings.cookies_file is not None, proxy=settings.proxy is not None)
