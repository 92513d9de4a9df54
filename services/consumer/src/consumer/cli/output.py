"""What commands print: words for people, or JSON for programs."""

from typing import Annotated

import typer
from rich.console import Console

from consumer.cli.report import to_json

Json = Annotated[bool, typer.Option("--json", help="print JSON, for programs")]


def console_for(as_json: bool) -> Console:
    """Where words for people go: nowhere, where a program reads."""
    return Console(quiet=as_json)


def print_json(value: object, as_json: bool) -> None:
    """The value, where a program reads."""
    if as_json:
        typer.echo(to_json(value))
