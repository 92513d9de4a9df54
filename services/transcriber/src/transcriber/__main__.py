"""The `transcriber` command: serve HTTP until told to stop. Set up by the environment alone."""

import os
import sys
from typing import Annotated, NoReturn

import typer
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from transcriber import version
from transcriber.errors import EXIT_CONFIG, EXIT_MODEL, ConfigError
from transcriber.settings import Settings, read_settings

EXIT_CODES = """\
  0   stopped by a signal, after running requests were given DRAIN_SECONDS
  2   a variable has a wrong value, or the address cannot be listened on
  3   the model cannot be loaded
  70  the GPU, or a part of the service, failed in a way that only a new process mends"""


def _default(field: FieldInfo) -> str:
    if field.default is None or isinstance(field.default, SecretStr):
        return "unset"
    return f"default {field.default}"


def _epilog() -> str:
    """The variables and the exit codes; click leaves a paragraph that begins with \\b as it is."""
    variables = "\n".join(
        f"  {name.upper():<23} {field.description} ({_default(field)})" for name, field in Settings.model_fields.items()
    )
    return f"\b\nVariables:\n{variables}\n\n\b\nExit codes:\n{EXIT_CODES}"


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


def main() -> None:
    """Run a command; a wrong setting is one line and exit code 2."""
    try:
        app()
    except ConfigError as error:
        _leave(error, EXIT_CONFIG)


@app.callback(invoke_without_command=True, epilog=_epilog())
def command(
    context: typer.Context,
    *,
    show_version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Serve POST /transcribe with one warm Whisper model; without a command it serves."""
    if show_version:
        typer.echo(f"transcriber {version()}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        serve()


@app.command()
def serve() -> None:
    """Load the model and answer HTTP until SIGTERM or SIGINT."""
    settings = _prepared()
    from transcriber.http import server

    raise typer.Exit(server.serve(settings))


@app.command()
def fetch() -> None:
    """Only get the model's files and check that this device can run them."""
    settings = _prepared()
    from transcriber.fetch import fetch as fetch_model

    try:
        fetch_model(settings)
    except ConfigError as error:
        _leave(error, EXIT_MODEL)


def _prepared() -> Settings:
    """The settings, once they are right, and the process as the libraries need it before their import."""
    settings = read_settings()
    # Since 1.29 onnxruntime reports to its maker from the moment of its import; nothing a user transcribes may tell.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    # CTranslate2's threads else spin while they wait for each other: beside decoders and readers that costs a CPU eight
    # times the work itself (tests/bench/README.md). libgomp reads it when it is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    return settings


def _leave(error: ConfigError, code: int) -> NoReturn:
    print(f"transcriber: {error}", file=sys.stderr)  # noqa: T201 - the operator's one line
    sys.exit(code)


if __name__ == "__main__":
    main()
