"""One JSON object a line on standard error; readable lines on a terminal. Standard output is for results."""

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict

from consumer.text import without_credentials

LogFormat = Literal["auto", "json", "text"]


def configure(log_format: LogFormat = "auto", *, quiet: bool = False) -> None:
    """Set structlog up, and send what libraries log the same way.

    `quiet` keeps warnings and worse, for commands that print results.
    """
    text = log_format == "text" or (log_format == "auto" and sys.stderr.isatty())
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    last: list[structlog.types.Processor] = (
        [_redact, structlog.dev.ConsoleRenderer()]
        if text
        else [structlog.processors.format_exc_info, _redact, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    without_record = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[without_record, *last], foreign_pre_chain=shared)
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _redact(_: object, __: str, event: EventDict) -> EventDict:
    """No password of an address in any line, a traceback's included."""
    return {name: without_credentials(value) if isinstance(value, str) else value for name, value in event.items()}
