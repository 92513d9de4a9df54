"""What the commands read of the database, and `lectern migrate`."""

from collections.abc import Sequence
from typing import Any

from consumer.cli import report
from consumer.database.evidence import Evidence
from consumer.database.migrator import find_migrations
from consumer.database.migrator import migrate as apply_migrations
from consumer.database.postgres import connect
from consumer.database.settings import DatabaseSettings
from consumer.database.videos import Videos
from consumer.errors import BadMessage
from consumer.models import Status
from consumer.settings import read_settings


async def rows(statuses: Sequence[Status], most: int) -> Sequence[dict[str, Any]]:
    """Videos by what changed last."""
    settings = read_settings(DatabaseSettings)
    async with connect(settings, tries=1) as pool:
        return await Videos(pool, settings.tables).recent(statuses, None, most)


async def row(video_id: str) -> dict[str, Any]:
    """Everything about a video, and what it waits for. Raises BadMessage where there is none."""
    settings = read_settings(DatabaseSettings)
    async with connect(settings, tries=1) as pool:
        found = await Videos(pool, settings.tables).row(video_id)
        broken = await Evidence(pool, settings.tables).broken()
    if found is None:
        raise BadMessage(f"there is no video {video_id}")
    return {**found, **report.waiting(found, broken)}


async def history(video_id: str) -> tuple[dict[str, Any], Sequence[dict[str, Any]], Sequence[dict[str, Any]]]:
    """The row, its attempts and their stages."""
    found = await row(video_id)
    settings = read_settings(DatabaseSettings)
    async with connect(settings, tries=1) as pool:
        videos = Videos(pool, settings.tables)
        return found, await videos.attempts(found["id"]), await videos.stages(found["id"])


async def migrate(settings: DatabaseSettings) -> list[str]:
    """Make the tables; the names of the files that were applied. Raises where the user's table refuses our words."""
    files = find_migrations(settings.migrations_dir)
    async with connect(settings) as pool:
        applied = await apply_migrations(pool, files, settings.tables)
        if settings.migrations_dir is None:
            await Videos(pool, settings.tables).ping()
        return applied
