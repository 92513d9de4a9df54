"""What is done at the start, and then once an hour: rows whose message is gone end, old working folders go."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from consumer.errors import LecternError
from consumer.pipeline.workdir import sweep

log = structlog.get_logger()
EVERY_S = 3600.0


async def keep_house(expire: Callable[[], Awaitable[int]], scratch: Path) -> None:
    """Until cancelled. `expire` ends rows and says how many; `scratch` holds the working folders."""
    while True:
        try:
            if expired := await expire():
                log.error("videos.expired", count=expired)
        except LecternError as error:
            log.warning("upkeep.failed", error=str(error))  # the next hour comes
        await asyncio.to_thread(sweep, scratch)
        await asyncio.sleep(EVERY_S)
