"""Starts consumers without their imports: `python -m tests.faults.consumers` forks one for each line that it reads.

Each is the real `lectern consume` of the environment; its process id is printed.
"""

import asyncio
import os
import signal
import sys

import structlog

from consumer.app import consume
from consumer.errors import LecternError
from consumer.observability import logs
from consumer.settings import Settings, read_settings
from consumer.study import make_provider
from infra.sandbox.standins.model_api import ASKER


def main() -> None:
    """Until standard input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who ends is gone at once
    settings = read_settings(Settings)
    make_provider(settings)  # imports its SDK, once for all
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(0)
            logs.configure("json")
            _sign()
            os._exit(_consume(settings))
        print(child, flush=True)


def _sign() -> None:
    """Each line of the log, and each call of the language model, says whose it is."""
    structlog.contextvars.bind_contextvars(process=os.getpid())
    os.environ["ANTHROPIC_CUSTOM_HEADERS"] = f"{ASKER}: {os.getpid()}"


def _consume(settings: Settings) -> int:
    """Its exit code; what is missing at a start is a line, as in the command."""
    try:
        asyncio.run(consume(settings))
    except LecternError as error:
        print(f"lectern: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    main()
