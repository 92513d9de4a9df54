"""What is done at the start, and then every few minutes: lost rows end, working folders nobody can use go."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import structlog

from consumer.errors import LecternError
from consumer.pipeline.workdir import remove, sweep, videos_in

log = structlog.get_logger()
EVERY_S = 600.0
Upkeep = Callable[[], Awaitable[None]]


async def keep_house(upkeep: Sequence[Upkeep]) -> None:
    """Until cancelled; what fails is tried again the next time."""
    while True:
        for each in upkeep:
            try:
                await each()
            except LecternError as error:
                log.warning("upkeep.failed", error=str(error))
        await asyncio.sleep(EVERY_S)


async def end_lost(expire: Callable[[], Awaitable[int]]) -> None:
    """`expire` ends rows whose message is gone, and says how many."""
    if expired := await expire():
        log.error("videos.expired", count=expired)


async def tidy(scratch: Path, has_ended: Callable[[str], Awaitable[bool]]) -> None:
    """Remove the folders of videos that have ended, at once, and after a day what nobody came back for."""
    for video_id in await asyncio.to_thread(videos_in, scratch):
        if await has_ended(video_id):
            await asyncio.to_thread(remove, scratch, video_id)
    await asyncio.to_thread(sweep, scratch)
