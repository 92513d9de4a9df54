"""`lectern doctor`: everything a consumer needs, checked one by one, each with what to do about it."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from rich.console import Console
from rich.markup import escape

from consumer.composition import make_queue, make_storage, make_tools
from consumer.errors import EnvironmentFault, LecternError
from consumer.overlay import find_deno, find_overlay, own_version
from consumer.postgres import connect
from consumer.process import find_program
from consumer.scratch import make_scratch
from consumer.settings import Settings
from consumer.transcriber_client import TranscriberClient
from consumer.update import try_out
from consumer.videos import Videos

Check = Callable[[Settings], Awaitable[str]]
YOUTUBE_S = 5.0
MAY_COME_BACK = {"YouTube"}  # the consumer waits for it by itself, so a start need not
LEAST_FREE_BYTES = 5 * 10**9


async def examine(settings: Settings, console: Console) -> bool:
    """Print a line a check; whether all is well."""
    checks: dict[str, Check] = {
        "ffmpeg": _ffmpeg,
        "yt-dlp": _ytdlp,
        "YouTube": _youtube,
        "disk": _disk,
        "database": _database,
        "queue": _queue,
        "bucket": _bucket,
        "transcriber": _transcriber,
        "study": _study,
    }
    well = True
    for name, check in checks.items():
        try:
            mark, said = "[green]ok [/]", await check(settings)
        except LecternError as error:
            well, said = well and name in MAY_COME_BACK, str(error)
            mark = "[yellow]?? [/]" if name in MAY_COME_BACK else "[red]BAD[/]"
        console.print(f"{mark} {name:12} {escape(said)}", soft_wrap=True, highlight=False)
    return well


async def _ffmpeg(_: Settings) -> str:
    found = find_program("ffmpeg")
    if found is None:
        raise EnvironmentFault("not on PATH: install it (apt install ffmpeg)")
    return found


async def _ytdlp(settings: Settings) -> str:
    overlay = find_overlay(settings.ytdlp_overlay_dir)
    folder = overlay.folder if overlay else None
    try:
        tried = await try_out(folder)
    except EnvironmentFault as error:
        raise EnvironmentFault(f"{folder or 'built in'}: {error}: lectern update-ytdlp fetches another") from error
    where = f"from {folder} instead of the built-in {own_version()}" if folder else "built in"
    return f"{tried.version} with solver {tried.solver} {where}, {find_deno(folder)}"


async def _youtube(settings: Settings) -> str:
    """Only that the way is open: whether YouTube then blocks this address shows with the first video."""
    proxy = settings.ytdlp_proxy or os.environ.get("HTTPS_PROXY")
    way = urlsplit(proxy if proxy and "://" in proxy else f"http://{proxy}" if proxy else "https://www.youtube.com")
    host, port = way.hostname or "", way.port or (80 if proxy else 443)
    named = "the proxy (YTDLP_PROXY, HTTPS_PROXY)" if proxy else "YouTube"
    try:
        async with asyncio.timeout(YOUTUBE_S):
            _, writer = await asyncio.open_connection(host, port)
    except OSError as error:  # TimeoutError is one
        words = f"{named} at {host}:{port} cannot be reached: {error or 'no answer'}: check this machine's internet"
        raise EnvironmentFault(words) from error
    writer.close()
    return f"{named} answers at {host}:{port}"


async def _disk(settings: Settings) -> str:
    make_scratch(settings.download_dir)
    free = shutil.disk_usage(settings.download_dir).free
    if free < LEAST_FREE_BYTES:
        raise EnvironmentFault(
            f"{free / 1e9:.1f} GB free under {settings.download_dir}: make room, or set DOWNLOAD_DIR"
        )
    return f"{free / 1e9:.0f} GB free under {settings.download_dir}"


async def _database(settings: Settings) -> str:
    async with connect(settings, attempts=1) as pool:
        await Videos(pool, settings.video_table).ping()
    return f"{settings.db_host}:{settings.db_port}/{settings.db_name}, table {settings.video_table}"


async def _queue(settings: Settings) -> str:
    attributes = await make_queue(settings).attributes()
    waiting, flying = attributes["ApproximateNumberOfMessages"], attributes["ApproximateNumberOfMessagesNotVisible"]
    return f"{waiting} waiting, {flying} in flight"


async def _bucket(settings: Settings) -> str:
    await make_storage(settings).check()
    return settings.s3_bucket


async def _transcriber(settings: Settings) -> str:
    async with TranscriberClient(settings.transcriber_url, settings.transcriber_api_key) as transcriber:
        ready = await transcriber.check()
    return f"{ready['model']} on {ready['device']}"


async def _study(settings: Settings) -> str:
    async with make_tools(settings) as tools:
        warnings = await tools.provider.check()
        return ": ".join((f"{tools.provider.name}, {tools.provider.model}", *warnings))
