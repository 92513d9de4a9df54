"""What is done at the start, and then once an hour: rows whose message is gone are ended, old scratch is removed."""

import asyncio
from pathlib import Path
from typing import Protocol

import structlog

from consumer.errors import LecternError
from consumer.pipeline.workdir import sweep

log = structlog.get_logger()
EVERY_S = 3600.0


class Rows(Protocol):
    """What upkeep needs of the database."""

    async def expire(self, retention_s: float) -> int: ...


async def keep_up(rows: Rows, retention_s: float, scratch: Path) -> None:
    """Until cancelled. `retention_s` is how long the queue keeps a message."""
    while True:
        try:
            if expired := await rows.expire(retention_s):
                log.error("videos.expired", count=expired)
        except LecternError as error:
            log.warning("upkeep.failed", error=str(error))  # the next hour comes
        await asyncio.to_thread(sweep, scratch)
        await asyncio.sleep(EVERY_S)
