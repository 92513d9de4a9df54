"""`lectern doctor`: everything a consumer needs, checked one by one, each with what to do about it."""

import shutil
from collections.abc import Awaitable, Callable

from rich.console import Console
from rich.table import Table

from consumer.composition import make_queue, make_storage, make_tools
from consumer.errors import EnvironmentFault, LecternError
from consumer.overlay import find_deno, find_overlay, own_version
from consumer.postgres import connect
from consumer.settings import Settings
from consumer.update import try_out
from consumer.videos import Videos

Check = Callable[[Settings], Awaitable[str]]
LEAST_FREE_BYTES = 5 * 10**9


async def examine(settings: Settings, console: Console) -> bool:
    """Print a line a check; whether all is well."""
    checks: dict[str, Check] = {
        "ffmpeg": _ffmpeg,
        "yt-dlp": _ytdlp,
        "disk": _disk,
        "database": _database,
        "queue": _queue,
        "bucket": _bucket,
        "transcriber": _transcriber,
        "study": _study,
    }
    table = Table(show_header=False, box=None, pad_edge=False)
    well = True
    for name, check in checks.items():
        try:
            table.add_row("[green]ok[/]", name, await check(settings))
        except LecternError as error:
            well = False
            table.add_row("[red]BAD[/]", name, str(error))
    console.print(table)
    return well


async def _ffmpeg(_: Settings) -> str:
    found = shutil.which("ffmpeg")
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


async def _disk(settings: Settings) -> str:
    settings.download_dir.mkdir(parents=True, exist_ok=True)
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
    async with make_tools(settings) as tools:
        ready = await tools.transcriber.check()
    return f"{ready['model']} on {ready['device']}"


async def _study(settings: Settings) -> str:
    async with make_tools(settings) as tools:
        warnings = await tools.provider.check()
        return " ".join((f"{tools.provider.name}, {tools.provider.model}.", *warnings))
