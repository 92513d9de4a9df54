"""Commands for lectures in folders: they need no queue and no database."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from consumer.cli.course import make_course
from consumer.cli.output import Json, console_for, print_json
from consumer.cli.process import process_one
from consumer.cli.study import study_anew
from consumer.observability import logs
from consumer.settings import PipelineSettings, read_settings


def process(
    source: Annotated[
        str, typer.Argument(help="a YouTube address, or a local audio or video file", metavar="URL_OR_FILE")
    ],
    out: Annotated[Path, typer.Option(help="where the results go", metavar="DIR")] = Path("out"),
    as_json: Json = False,
) -> None:
    """Do one video without AWS; needs a transcriber at TRANSCRIBER_URL."""
    logs.configure(quiet=True)
    made = asyncio.run(process_one(source, out, read_settings(PipelineSettings), console_for(as_json)))
    print_json(made, as_json)


def study(
    transcript: Annotated[
        Path, typer.Argument(help="transcript.json of a run, or what POST /transcribe answered", metavar="TRANSCRIPT")
    ],
    out: Annotated[Path, typer.Option(help="where the results go", metavar="DIR")],
    previous: Annotated[
        Path | None,
        typer.Option(help="of an earlier run: what says the same keeps its id; else what is in --out", metavar="DIR"),
    ] = None,
    title: Annotated[str | None, typer.Option(help="the lecture's; else what lies beside the transcript says")] = None,
    as_json: Json = False,
) -> None:
    """Write cards, quiz, decks and page anew from a transcript; nothing is downloaded or heard again.

    What a model has answered is kept in DIR/.checkpoints: a run that was cut off pays for the rest only.
    """
    logs.configure(quiet=True)
    settings, shown = read_settings(PipelineSettings), console_for(as_json)
    print_json(asyncio.run(study_anew(transcript, out, settings, shown, previous=previous, title=title)), as_json)


def course(
    wanted: Annotated[
        list[str], typer.Argument(help="folders of lectures, or prefixes of the bucket", metavar="DIR|PREFIX")
    ],
    title: Annotated[str | None, typer.Option(help="the course's name; else the folder's or the channel's")] = None,
    out: Annotated[Path | None, typer.Option(help="for folders: the page; else course.html there")] = None,
    as_json: Json = False,
) -> None:
    """Put one page over several lectures: what is due, one search, one glossary.

    Over folders it is written beside them; over prefixes it is stored in the bucket, as courses/NAME.html.
    """
    logs.configure(quiet=True)
    print_json(asyncio.run(make_course(wanted, title, out, console_for(as_json))), as_json)
