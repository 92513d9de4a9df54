"""The `transcriber` command: serve HTTP until told to stop."""

import argparse
import os
import sys
from typing import NoReturn

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from transcriber import version
from transcriber.errors import EXIT_CONFIG, EXIT_MODEL, ConfigError
from transcriber.malloc import bound_arenas
from transcriber.settings import Settings, read_settings

EXIT_CODES = """\
exit codes:
  0   stopped by a signal, after running requests were given DRAIN_SECONDS
  2   a variable has a wrong value, or the address cannot be listened on
  3   the model cannot be loaded
  70  the GPU, or a part of the service, failed in a way that only a new process mends"""


def main() -> None:
    """Parse what to do; everything else is the environment."""
    parser = argparse.ArgumentParser(
        prog="transcriber",
        description="Serve POST /transcribe with one warm Whisper model. Set up by environment variables.",
        epilog=f"variables:\n{_variables()}\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"transcriber {version()}")
    parser.add_argument(
        "command", nargs="?", choices=("serve", "fetch"), default="serve", help="fetch: only get the model, then end"
    )
    command = parser.parse_args().command
    try:
        settings = read_settings()
    except ConfigError as error:
        _leave(error, EXIT_CONFIG)
    # Since 1.29 onnxruntime reports to its maker from the moment of its import; nothing a user transcribes may tell.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    # CTranslate2's threads else spin while they wait for each other: beside decoders and readers that costs a CPU eight
    # times the work itself (tests/bench/README.md). libgomp reads it when it is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    bound_arenas()
    if command == "fetch":
        _fetch(settings)
        return
    from transcriber.http.server import serve

    sys.exit(serve(settings))


def _fetch(settings: Settings) -> None:
    from transcriber.fetch import fetch

    try:
        fetch(settings)
    except ConfigError as error:
        _leave(error, EXIT_MODEL)


def _leave(error: ConfigError, code: int) -> NoReturn:
    print(f"transcriber: {error}", file=sys.stderr)  # noqa: T201 - the operator's one line
    sys.exit(code)


def _variables() -> str:
    return "\n".join(
        f"  {name.upper():<23} {field.description} ({_default(field)})" for name, field in Settings.model_fields.items()
    )


def _default(field: FieldInfo) -> str:
    if field.default is None or isinstance(field.default, SecretStr):
        return "unset"
    return f"default {field.default}"


if __name__ == "__main__":
    main()
