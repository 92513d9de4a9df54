"""One JSON object a line on standard error; readable lines on a terminal."""

import logging
import sys

import structlog
from structlog.typing import EventDict

from consumer.text import without_credentials


def configure(*, quiet: bool = False) -> None:
    """Set structlog up; `quiet` keeps warnings and worse, for commands that print results."""
    terminal = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            *([] if terminal else [structlog.processors.format_exc_info]),
            _redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _redact(_: object, __: str, event: EventDict) -> EventDict:
    """No password of an address in any line, a traceback's included."""
    return {name: without_credentials(value) if isinstance(value, str) else value for name, value in event.items()}
