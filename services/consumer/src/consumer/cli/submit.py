"""Queues videos: new ones by address or id, and anew those that failed."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from consumer.app import make_queue
from consumer.clients.sqs import Queue
from consumer.database.postgres import connect
from consumer.database.videos import Videos
from consumer.errors import BadMessage, ConfigError, LecternError, TransientError
from consumer.models import Job, Status
from consumer.settings import Settings
from consumer.worker.messages import check_language, check_video_id
from consumer.youtube.urls import VIDEO_ID, parse_video_id, parse_video_url

MOST_RETRIED = 10_000


def read_jobs(wanted: Sequence[str], file: Path | None, video_id: str | None, language: str | None = None) -> list[Job]:
    """What the command line asks for; each video once, in the order given.

    `file` has an address or an id a line; empty lines and those that begin with # do not count. Raises BadMessage,
    which names the first that is none, and ConfigError where `video_id` is given for several.
    """
    lines = [line.strip() for line in file.read_text().splitlines()] if file else []
    texts = [*wanted, *(line for line in lines if line and not line.startswith("#"))]
    if not texts:
        raise ConfigError("name a video: lectern submit URL, or a file of them with --file")
    if video_id is not None and len(texts) > 1:
        raise ConfigError("--id is the id of one row: leave it out for several videos")
    youtube_ids = map(_parse_one if len(texts) > 1 else _parse, texts)
    jobs = [Job(video_id or youtube_id, youtube_id, language) for youtube_id in dict.fromkeys(youtube_ids)]
    check_language(language)
    for job in jobs:
        check_video_id(job.video_id)
    return jobs


async def submit(settings: Settings, jobs: Sequence[Job], console: Console) -> list[dict[str, Any]]:
    """Queue them all, a line each; what was queued. Raises LecternError, after the last, where one was not."""
    async with connect(settings, tries=1) as pool:
        return await _queue_all(Videos(pool, settings.tables), make_queue(settings), jobs, console)


async def retry(
    settings: Settings, video_ids: Sequence[str], code: str | None, console: Console
) -> list[dict[str, Any]]:
    """Queue videos anew: those of these ids, or where there are none all that failed (with this error code).

    Raises BadMessage where there is no such row, or it holds no address.
    """
    async with connect(settings, tries=1) as pool:
        videos = Videos(pool, settings.tables)
        if video_ids:
            rows = [await _row(videos, video_id) for video_id in video_ids]
        else:
            rows = await videos.recent([Status.FAILED], code, MOST_RETRIED)
        jobs = [Job(str(row["id"]), parse_video_url(row["youtube_url"] or "")) for row in rows]
        return await _queue_all(videos, make_queue(settings), jobs, console)


def _parse(text: str) -> str:
    return parse_video_id(text) if VIDEO_ID.fullmatch(text) else parse_video_url(text)


def _parse_one(text: str) -> str:
    """One of many: an error says which."""
    try:
        return _parse(text)
    except BadMessage as error:
        raise BadMessage(f"{text[:80]}: {error}", code=error.code) from error


async def _row(videos: Videos, video_id: str) -> dict[str, Any]:
    row = await videos.row(video_id)
    if row is None:
        raise BadMessage(f"there is no video {video_id}")
    return row


async def _queue_all(videos: Videos, queue: Queue, jobs: Sequence[Job], console: Console) -> list[dict[str, Any]]:
    queued: list[dict[str, Any]] = []
    failures: list[LecternError] = []
    for job in jobs:
        try:
            await _queue_one(videos, queue, job)
        except LecternError as error:
            console.print(f"{job.video_id} is not queued: {error}", highlight=False, markup=False)
            failures.append(error)
        else:
            console.print(f"{job.video_id} is queued: lectern status {job.video_id}", highlight=False)
            queued.append({"video_id": job.video_id, "youtube_id": job.youtube_id})
    if failures:
        raise failures[0] if len(jobs) == 1 else TransientError(f"{len(failures)} of {len(jobs)} were not queued")
    return queued


async def _queue_one(videos: Videos, queue: Queue, job: Job) -> None:
    if not await videos.submit(job):
        raise TransientError(f"video {job.video_id} is being worked on: lectern status {job.video_id}")
    try:
        asked = {"language": job.language} if job.language else {}
        await queue.send(json.dumps({"video_id": job.video_id, "youtube_url": job.url, **asked}))
    except LecternError as error:
        await videos.reject(job.video_id, "not_queued", f"it could not be queued: {error}")
        raise
