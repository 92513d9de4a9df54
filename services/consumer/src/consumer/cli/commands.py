"""The operator's commands. Each reads the environment that .env.example lists."""

import asyncio
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from consumer import version
from consumer.app import consume as consume_queue
from consumer.app import make_queue
from consumer.cli import local, report, rows
from consumer.cli.doctor import examine
from consumer.cli.output import Json, console_for, print_json
from consumer.cli.redrive import redrive as redrive_dead_letters
from consumer.cli.submit import cancel as cancel_videos
from consumer.cli.submit import read_jobs, read_lines, told
from consumer.cli.submit import retry as retry_videos
from consumer.cli.submit import submit as submit_jobs
from consumer.cli.variables import describe
from consumer.errors import ConfigError
from consumer.models import Status
from consumer.observability import logs
from consumer.settings import DatabaseSettings, PipelineSettings, Settings, read_settings
from consumer.youtube.update import update, use_built_in
from consumer.youtube.versions import own_version

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # the list of variables keeps its lines
    epilog=describe(),
)
VideoId = Annotated[str, typer.Argument(help="the row's id, as given in the message", metavar="ID")]


@app.callback(invoke_without_command=True)
def lectern(
    show_version: Annotated[bool, typer.Option("--version", help="print the version and end", is_eager=True)] = False,
) -> None:
    """Turns queued YouTube lectures into study material. Set up by environment variables, which are listed below."""
    if show_version:
        typer.echo(f"lectern {version()}")
        raise typer.Exit


@app.command()
def consume() -> None:
    """Work the queue until SIGTERM."""
    settings = read_settings(Settings)
    logs.configure(settings.log_format)
    with asyncio.Runner() as runner:
        if runner.run(consume_queue(settings)):
            os._exit(0)  # in a hurry: a thread that still waits for AWS would hold the process for half a minute


@app.command()
def submit(
    wanted: Annotated[
        list[str] | None,
        typer.Argument(help="a YouTube address, of a playlist or channel too, or a video's id", metavar="URL"),
    ] = None,
    *,
    video_id: Annotated[str | None, typer.Option("--id", help="the row's id; the video's own when left out")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="a file with one a line", exists=True)] = None,
    language: Annotated[str | None, typer.Option(help="of the sound track, such as de; else the original's")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be queued")] = False,
    as_json: Json = False,
) -> None:
    """Queue videos, and all of a playlist or channel; prints their ids."""
    logs.configure(quiet=True)
    settings, shown = read_settings(PipelineSettings if dry_run else Settings), console_for(as_json)
    texts = [*(wanted or []), *(read_lines(file) if file else [])]
    jobs = asyncio.run(read_jobs(texts, video_id, language, settings, shown))
    if isinstance(settings, Settings):
        return print_json(asyncio.run(submit_jobs(settings, jobs, shown)), as_json)
    for job in jobs:
        shown.print(f"{job.video_id} would be queued: {job.url}", highlight=False, markup=False)
    return print_json([told(job) for job in jobs], as_json)


@app.command()
def retry(
    video_ids: Annotated[list[str] | None, typer.Argument(help="rows' ids", metavar="ID")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="all that failed")] = False,
    code: Annotated[str | None, typer.Option("--code", help="with --failed: of this error_code only")] = None,
    as_json: Json = False,
) -> None:
    """Queue videos anew, from the address in their rows."""
    logs.configure(quiet=True)
    if bool(video_ids) == failed:
        raise ConfigError("name rows by their ids, or all that failed by --failed (--code CODE)")
    print_json(asyncio.run(retry_videos(read_settings(Settings), video_ids or [], code, console_for(as_json))), as_json)


@app.command()
def cancel(
    video_ids: Annotated[list[str], typer.Argument(help="rows' ids", metavar="ID")], as_json: Json = False
) -> None:
    """End videos that wait or are worked on, within seconds."""
    logs.configure(quiet=True)
    print_json(asyncio.run(cancel_videos(read_settings(DatabaseSettings), video_ids, console_for(as_json))), as_json)


@app.command("list")
def list_videos(
    statuses: Annotated[list[Status] | None, typer.Option("--status", help="of this status; may be repeated")] = None,
    most: Annotated[int, typer.Option("--most", help="how many", min=1)] = 50,
    as_json: Json = False,
) -> None:
    """Show videos, by what changed last."""
    logs.configure(quiet=True)
    found = asyncio.run(rows.rows(statuses or [], most))
    report.print_list(console_for(as_json), found, statuses or [])
    print_json(found, as_json)


@app.command()
def status(video_id: VideoId, as_json: Json = False) -> None:
    """Show a video's row."""
    logs.configure(quiet=True)
    row = asyncio.run(rows.row(video_id))
    report.print_row(console_for(as_json), row)
    print_json(row, as_json)
    if row["status"] == Status.FAILED:
        raise typer.Exit(1)


@app.command()
def explain(video_id: VideoId, as_json: Json = False) -> None:
    """Show what happened to a video, and what is next."""
    logs.configure(quiet=True)
    row, attempts, stages = asyncio.run(rows.history(video_id))
    report.print_history(console_for(as_json), row, attempts, stages)
    print_json({"row": row, "attempts": attempts, "stages": stages}, as_json)


app.command()(local.process)
app.command()(local.study)
app.command()(local.course)


@app.command()
def migrate(as_json: Json = False) -> None:
    """Make Lectern's tables, or add what they lack; then try out what would be written to the table of videos."""
    logs.configure(quiet=True)
    applied = asyncio.run(rows.migrate(read_settings(DatabaseSettings)))
    console_for(as_json).print(f"applied {', '.join(applied)}" if applied else "the database is up to date")
    print_json({"applied": applied}, as_json)


@app.command()
def redrive(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be done")] = False,
    as_json: Json = False,
) -> None:
    """Send dead letters back to the queue."""
    logs.configure(quiet=True)
    queue, shown = make_queue(read_settings(Settings)), console_for(as_json)
    moved = asyncio.run(redrive_dead_letters(queue, shown, dry_run=dry_run))
    shown.print(f"{moved} messages {'would be' if dry_run else 'were'} sent back")
    print_json({"moved": moved, "dry_run": dry_run}, as_json)


@app.command("update-ytdlp")
def update_ytdlp(
    wanted: Annotated[str | None, typer.Option("--version", help="this version; the newest when left out")] = None,
    built_in: Annotated[bool, typer.Option("--built-in", help="go back to the one of the image")] = False,
    as_json: Json = False,
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
        console_for(as_json).print(f"the built-in yt-dlp {own_version()} is used from now on")
        return print_json({"version": own_version()}, as_json)
    used = asyncio.run(update(home, wanted)).verified
    console_for(as_json).print(
        f"yt-dlp {used.version} with solver {used.solver} is used from now on; built in is {used.replaces}"
    )
    return print_json(asdict(used), as_json)


@app.command()
def doctor(
    wait: Annotated[bool, typer.Option("--wait", help="give a database that restarts half a minute")] = False,
    as_json: Json = False,
) -> None:
    """Check everything that a consumer needs."""
    logs.configure(quiet=True)
    findings = asyncio.run(examine(read_settings(Settings), console_for(as_json), wait=wait))
    print_json([asdict(finding) for finding in findings], as_json)
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)
