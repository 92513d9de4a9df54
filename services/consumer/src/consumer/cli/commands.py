"""The operator's commands. Each reads the environment that .env.example lists."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from consumer import version
from consumer.app import consume as consume_queue
from consumer.app import make_queue
from consumer.cli import report
from consumer.cli.doctor import examine
from consumer.cli.process import process_one
from consumer.cli.redrive import redrive as redrive_dead_letters
from consumer.cli.variables import describe
from consumer.database.migrator import find_migrations
from consumer.database.migrator import migrate as apply_migrations
from consumer.database.postgres import connect
from consumer.database.videos import Videos
from consumer.errors import BadMessage, ConfigError, LecternError, TransientError
from consumer.models import Job, Status
from consumer.observability import logs
from consumer.settings import DatabaseSettings, PipelineSettings, Settings, read_settings
from consumer.worker.messages import check_video_id
from consumer.youtube.update import update, use_built_in
from consumer.youtube.urls import parse_video_url
from consumer.youtube.versions import own_version

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # the list of variables keeps its lines
    epilog=describe(),
)
console = Console()
VideoId = Annotated[str, typer.Argument(help="the row's id, as given in the message", metavar="ID")]


@app.callback(invoke_without_command=True)
def lectern(
    show_version: Annotated[bool, typer.Option("--version", help="print the version and end", is_eager=True)] = False,
) -> None:
    """Turns queued YouTube lectures into study material. Set up by environment variables, which are listed below."""
    if show_version:
        console.print(f"lectern {version()}", highlight=False)
        raise typer.Exit


@app.command()
def consume() -> None:
    """Work the queue until SIGTERM."""
    settings = read_settings(Settings)
    logs.configure(settings.log_format)
    asyncio.run(consume_queue(settings))


@app.command()
def submit(
    url: Annotated[str, typer.Argument(help="any form of a YouTube address", metavar="URL")],
    video_id: Annotated[str | None, typer.Option("--id", help="the row's id; the video's own when left out")] = None,
) -> None:
    """Queue a video; prints its id."""
    logs.configure(quiet=True)
    youtube_id = parse_video_url(url)
    job = Job(video_id or youtube_id, youtube_id)
    check_video_id(job.video_id)
    asyncio.run(_submit(read_settings(Settings), job))
    console.print(f"{job.video_id} is queued: lectern status {job.video_id}")


@app.command()
def status(video_id: VideoId) -> None:
    """Show a video's row."""
    logs.configure(quiet=True)
    row = asyncio.run(_row(video_id))
    report.print_row(console, row)
    if row["status"] == Status.FAILED:
        raise typer.Exit(1)


@app.command()
def explain(video_id: VideoId) -> None:
    """Show what happened to a video, and what is next."""
    logs.configure(quiet=True)
    asyncio.run(_explain(video_id))


@app.command()
def process(
    source: Annotated[
        str, typer.Argument(help="a YouTube address, or a local audio or video file", metavar="URL_OR_FILE")
    ],
    out: Annotated[Path, typer.Option(help="where the results go", metavar="DIR")] = Path("out"),
) -> None:
    """Do one video without AWS; needs a transcriber at TRANSCRIBER_URL."""
    logs.configure(quiet=True)
    asyncio.run(process_one(source, out, read_settings(PipelineSettings), console))


@app.command()
def migrate() -> None:
    """Make the tables, or add what they lack."""
    logs.configure(quiet=True)
    settings = read_settings(DatabaseSettings)
    applied = asyncio.run(_migrate(settings))
    console.print(f"applied {', '.join(applied)}" if applied else "the database is up to date")


@app.command()
def redrive(dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be done")] = False) -> None:
    """Send dead letters back to the queue."""
    logs.configure(quiet=True)
    moved = asyncio.run(redrive_dead_letters(make_queue(read_settings(Settings)), console, dry_run=dry_run))
    console.print(f"{moved} messages {'would be' if dry_run else 'were'} sent back")


@app.command("update-ytdlp")
def update_ytdlp(
    wanted: Annotated[str | None, typer.Option("--version", help="this version; the newest when left out")] = None,
    built_in: Annotated[bool, typer.Option("--built-in", help="go back to the one of the image")] = False,
) -> None:
    """Fetch a newer yt-dlp and use it.

    It is tried out first, and one that fails is not used. Downloads under way keep the one that they began with.
    """
    logs.configure(quiet=True)
    home = read_settings(PipelineSettings).ytdlp_overlay_dir
    if home is None:
        raise ConfigError("YTDLP_OVERLAY_DIR is not set: name a folder that outlives this container, such as a volume")
    if built_in:
        use_built_in(home)
        console.print(f"the built-in yt-dlp {own_version()} is used from now on")
        return
    verified = asyncio.run(update(home, wanted)).verified
    console.print(
        f"yt-dlp {verified.version} with solver {verified.solver} is used from now on; built in is {verified.replaces}"
    )


@app.command()
def doctor(
    wait: Annotated[bool, typer.Option("--wait", help="give a database that restarts half a minute")] = False,
) -> None:
    """Check everything that a consumer needs."""
    logs.configure(quiet=True)
    if not asyncio.run(examine(read_settings(Settings), console, wait=wait)):
        raise typer.Exit(1)


async def _submit(settings: Settings, job: Job) -> None:
    async with connect(settings, tries=1) as pool:
        videos = Videos(pool, settings.video_table)
        if not await videos.submit(job):
            raise TransientError(f"video {job.video_id} is being worked on: lectern status {job.video_id}")
        try:
            await make_queue(settings).send(json.dumps({"video_id": job.video_id, "youtube_url": job.url}))
        except LecternError as error:
            await videos.reject(job.video_id, "not_queued", f"it could not be queued: {error}")
            raise


async def _row(video_id: str) -> dict[str, object]:
    settings = read_settings(DatabaseSettings)
    async with connect(settings, tries=1) as pool:
        row = await Videos(pool, settings.video_table).row(video_id)
    if row is None:
        raise BadMessage(f"there is no video {video_id}")
    return row


async def _explain(video_id: str) -> None:
    row = await _row(video_id)
    settings = read_settings(DatabaseSettings)
    async with connect(settings, tries=1) as pool:
        videos = Videos(pool, settings.video_table)
        report.print_history(console, row, await videos.attempts(video_id), await videos.stages(video_id))


async def _migrate(settings: DatabaseSettings) -> list[str]:
    files = find_migrations(settings.migrations_dir)
    async with connect(settings) as pool:
        return await apply_migrations(pool, files, settings.video_table)
