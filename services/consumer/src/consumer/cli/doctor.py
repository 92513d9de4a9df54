"""`lectern doctor`: everything a consumer needs, checked one by one, each with what to do about it."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from rich.console import Console
from rich.markup import escape

from consumer.app import make_queue, make_storage, make_tools
from consumer.clients.subprocesses import find_program
from consumer.clients.transcriber import TranscriberClient
from consumer.database.postgres import CONNECT_TRIES, connect
from consumer.database.videos import Videos
from consumer.errors import ConfigError, EnvironmentFault, LecternError
from consumer.pipeline.workdir import make_scratch
from consumer.settings import Settings
from consumer.youtube.failures import CHECKED, UNKNOWN
from consumer.youtube.update import run_selftest
from consumer.youtube.versions import find_deno, find_overlay, own_version

Check = Callable[[Settings], Awaitable[str]]
YOUTUBE, YOUTUBE_S = "www.youtube.com", 5.0
WORDINGS_DAYS = 7
MARKS = {"ok": "[green]ok [/]", "doubtful": "[yellow]?? [/]", "bad": "[red]BAD[/]"}
LEAST_FREE_BYTES = 10**9  # one long video and its audio
ROOMY_FREE_BYTES = 5 * 10**9
LAST_WORDS_S = 20.0  # to give messages back, and to end


class Doubtful(LecternError):
    """Not well, but the consumer copes with it, so a start need not fail."""


@dataclass(frozen=True)
class Finding:
    """What one check found; `state` is ok, doubtful or bad."""

    check: str
    state: Literal["ok", "doubtful", "bad"]
    says: str


async def examine(settings: Settings, console: Console, *, wait: bool = False) -> list[Finding]:
    """Print a line a check, and return what was found. `wait` for a database that starts, as `consume` does."""
    checks: dict[str, Check] = {
        "ffmpeg": _ffmpeg,
        "yt-dlp": _ytdlp,
        "YouTube": _youtube,
        "disk": _disk,
        "database": partial(_database, tries=CONNECT_TRIES if wait else 1),
        "wordings": _wordings,
        "queue": _queue,
        "bucket": _bucket,
        "transcriber": _transcriber,
        "study": _study,
        "stop": _stop,
    }
    findings: list[Finding] = []
    for name, check in checks.items():
        found = await _found(name, check, settings)
        console.print(f"{MARKS[found.state]} {name:12} {escape(found.says)}", soft_wrap=True, highlight=False)
        findings.append(found)
    return findings


async def _found(name: str, check: Check, settings: Settings) -> Finding:
    try:
        return Finding(name, "ok", await check(settings))
    except Doubtful as error:
        return Finding(name, "doubtful", str(error))
    except LecternError as error:
        return Finding(name, "bad", str(error))


async def _ffmpeg(_: Settings) -> str:
    found = find_program("ffmpeg")
    if found is None:
        raise EnvironmentFault("not on PATH: install it (apt install ffmpeg)")
    return found


async def _ytdlp(settings: Settings) -> str:
    overlay = find_overlay(settings.ytdlp_overlay_dir)
    folder = overlay.folder if overlay else None
    try:
        verified = await run_selftest(folder)
    except EnvironmentFault as error:
        if folder is None:
            raise EnvironmentFault(f"built in: {error}: lectern update-ytdlp fetches another") from error
        await _ytdlp(settings.model_copy(update={"ytdlp_overlay_dir": None}))
        raise Doubtful(
            f"{folder}: {error}: lectern update-ytdlp fetches another, with --built-in it goes back to {own_version()}"
        ) from error
    where = f"from {folder} instead of the built-in {own_version()}" if folder else "built in"
    return f"{verified.version} with solver {verified.solver} {where}, {find_deno(folder)}"


async def _youtube(settings: Settings) -> str:
    """Only that the way is open: whether YouTube then blocks this address shows with the first video."""
    cookies = settings.ytdlp_cookies_file
    if cookies and not os.access(cookies, os.R_OK):
        raise EnvironmentFault(
            f"the cookies in {cookies} cannot be read by user {os.getuid()}: give it the file (chown)"
        )
    set_here = settings.ytdlp_proxy
    host, port, named = way_to_youtube(set_here.get_secret_value() if set_here else None)
    try:
        async with asyncio.timeout(YOUTUBE_S):
            _, writer = await asyncio.open_connection(host, port)
    except OSError as error:  # TimeoutError is one
        what = "this machine's internet" if host == YOUTUBE else "its address"
        words = f"{named} at {host}:{port} cannot be reached: {error or 'no answer'}: check {what}"
        raise Doubtful(words) from error
    writer.close()
    return f"{named} answers at {host}:{port}"


def way_to_youtube(wanted: str | None) -> tuple[str, int, str]:
    """Host, port and name of what a download connects to; `wanted` is YTDLP_PROXY, else it is as yt-dlp finds it."""
    proxies = getproxies()
    proxy = wanted or proxies.get("https") or proxies.get("all")
    if proxy is None or (wanted is None and proxy_bypass(YOUTUBE)):
        return YOUTUBE, 443, "YouTube"
    way = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    return way.hostname or "", way.port or 80, "the proxy (YTDLP_PROXY, HTTPS_PROXY or ALL_PROXY)"


async def _disk(settings: Settings) -> str:
    make_scratch(settings.download_dir)
    return judge_room(shutil.disk_usage(settings.download_dir).free, settings.download_dir)


def judge_room(free_bytes: int, folder: Path) -> str:
    """Words about it; raises Doubtful where one video just fits, EnvironmentFault where none may."""
    if free_bytes >= ROOMY_FREE_BYTES:
        return f"{free_bytes / 1e9:.0f} GB free under {folder}"
    kind = Doubtful if free_bytes >= LEAST_FREE_BYTES else EnvironmentFault
    raise kind(f"{free_bytes / 1e9:.1f} GB free under {folder}: make room, or set DOWNLOAD_DIR (with compose SCRATCH)")


async def _database(settings: Settings, tries: int) -> str:
    async with connect(settings, tries) as pool:
        await Videos(pool, settings.tables).ping()
    where = f"{settings.db_host}:{settings.db_port}/{settings.db_name}, table {settings.video_table}"
    return f"{where}: each status was written to it and undone"


async def _wordings(settings: Settings) -> str:
    """Whether YouTube says something new, which only a person can judge."""
    try:
        async with connect(settings, 1) as pool:
            attempts, latest = await Videos(pool, settings.tables).ended_with(UNKNOWN, WORDINGS_DAYS)
    except LecternError as error:
        raise Doubtful("not known while the database does not answer") from error
    table = f"the table of {CHECKED.isoformat()}"
    if attempts:
        words = f"{attempts} attempts in {WORDINGS_DAYS} days ended with words that {table} does not know: {latest}"
        raise Doubtful(f"{words}: lectern update-ytdlp may help")
    return f"YouTube said nothing in {WORDINGS_DAYS} days that {table} does not know"


async def _queue(settings: Settings) -> str:
    attributes = await make_queue(settings).attributes()
    waiting, flying = attributes["ApproximateNumberOfMessages"], attributes["ApproximateNumberOfMessagesNotVisible"]
    return f"{waiting} waiting, {flying} in flight"


async def _bucket(settings: Settings) -> str:
    await make_storage(settings).check()
    return settings.s3_bucket


async def _transcriber(settings: Settings) -> str:
    """Each of them: one that is away is left out, but costs speed."""
    found, away = list[str](), list[LecternError]()
    for url in settings.transcriber_urls:
        async with TranscriberClient(url, settings.transcriber_api_key) as transcriber:
            try:
                ready = await transcriber.check()
            except LecternError as error:
                away.append(error)
            else:
                found.append(f"{ready['model']} on {ready['device']}")
    if away and found:
        raise Doubtful("; ".join([", ".join(found), *map(str, away)]))
    if away:
        raise away[0]
    return ", ".join(found)


async def _study(settings: Settings) -> str:
    async with make_tools(settings) as tools:
        warnings = await tools.provider.check()
        return ": ".join((f"{tools.provider.name}, {tools.provider.model}", *warnings))


async def _stop(settings: Settings) -> str:
    """Whether compose, which says its patience in STOP_GRACE_SECONDS, would kill us at our work."""
    grace_s, drain_s = float(os.environ.get("STOP_GRACE_SECONDS") or "inf"), settings.drain_seconds
    needed_s = drain_s + settings.poll_seconds + LAST_WORDS_S
    if grace_s < needed_s:
        raise ConfigError(
            f"DRAIN_SECONDS={drain_s:.0f} needs STOP_GRACE_SECONDS={needed_s:.0f}, which is {grace_s:.0f}"
        )
    return f"work under way has {drain_s:.0f} s to finish"
