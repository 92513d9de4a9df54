"""Queues videos: new ones by address or id, and anew those that failed."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from consumer.app import make_queue
from consumer.cli.playlist import list_videos
from consumer.clients.sqs import Queue
from consumer.database.postgres import connect
from consumer.database.videos import Videos
from consumer.errors import BadMessage, ConfigError, LecternError, RowRefused, TransientError
from consumer.models import Job, Status
from consumer.settings import DatabaseSettings, PipelineSettings, Settings
from consumer.worker.messages import check_language, check_video_id, parse_address
from consumer.worker.recordings import parse_recording
from consumer.youtube.urls import VIDEO_ID, parse_list_url, parse_video_id, parse_video_url

MOST_RETRIED = 10_000


def read_lines(file: Path) -> list[str]:
    """An address or an id a line; empty lines and those that begin with # do not count."""
    lines = (line.strip() for line in file.read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]


async def read_jobs(
    texts: Sequence[str], video_id: str | None, language: str | None, settings: PipelineSettings, console: Console
) -> list[Job]:
    """What the command line asks for; each video once, in the order given. Playlists and channels are read.

    Raises BadMessage, which names the first that is no address, ConfigError where `video_id` is given for several, and
    what reading a list raises.
    """
    if not texts:
        raise ConfigError("name a video: lectern submit URL, or a file of them with --file")
    lists = {text: address for text in texts if (address := parse_list_url(text))}
    if video_id is not None and (len(texts) > 1 or lists):
        raise ConfigError("--id is the id of one row: leave it out for several videos")
    check_language(language)
    parse = _parse_one if len(texts) > 1 else _parse
    singles = {text: parse(text, video_id) for text in texts if text not in lists}  # before anything is read
    jobs: list[Job] = []
    for text in texts:
        jobs += await _listed(lists[text], settings, console) if text in lists else [singles[text]]
    once: dict[str, Job] = {}
    for job in jobs:
        check_video_id(job.video_id)
        once.setdefault(job.video_id, replace(job, language=language))
    return list(once.values())


async def _listed(address: str, settings: PipelineSettings, console: Console) -> list[Job]:
    """A job for each video of a list that can be seen."""
    entries = await list_videos(address, settings, console)
    shown = [entry for entry in entries if not entry.is_hidden]
    left_out = f", {len(entries) - len(shown)} private or deleted" if len(shown) < len(entries) else ""
    console.print(f"{address}: {len(shown)} videos{left_out}", highlight=False, markup=False)
    return [Job(entry.youtube_id, entry.youtube_id) for entry in shown]


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
            if not rows:
                console.print("no video has failed" + (f" with {code}" if code else ""), highlight=False, markup=False)
        jobs = [_job(row) for row in rows]
        return await _queue_all(videos, make_queue(settings), jobs, console)


async def cancel(settings: DatabaseSettings, video_ids: Sequence[str], console: Console) -> list[dict[str, Any]]:
    """End videos that have no end yet, a line each. Raises BadMessage, after the last, where one was not."""
    cancelled: list[dict[str, Any]] = []
    async with connect(settings, tries=1) as pool:
        videos = Videos(pool, settings.tables)
        for video_id in video_ids:
            try:
                hindered = await videos.cancel(video_id)
            except RowRefused as error:
                hindered = str(error)
            if hindered:
                console.print(f"{video_id} is not cancelled: {hindered}", highlight=False, markup=False)
                continue
            console.print(f"{video_id} is cancelled; lectern retry {video_id} starts it anew", highlight=False)
            cancelled.append({"video_id": video_id})
    if len(cancelled) < len(video_ids):
        raise BadMessage(f"{len(video_ids) - len(cancelled)} of {len(video_ids)} were not cancelled")
    return cancelled


def _job(row: dict[str, Any]) -> Job:
    """From the address in a row. Raises BadMessage, which names the row."""
    try:
        youtube_id, recording = parse_address(row["youtube_url"])
    except BadMessage as error:
        raise BadMessage(f"{row['id']}: {error}", code=error.code) from error
    return Job(row["id"], youtube_id, recording=recording)


def _parse(text: str, video_id: str | None) -> Job:
    if recording := parse_recording(text):
        if video_id is None:
            raise ConfigError("a recording needs the id of its row: --id ID")
        return Job(video_id, recording=recording)
    youtube_id = parse_video_id(text) if VIDEO_ID.fullmatch(text) else parse_video_url(text)
    return Job(video_id or youtube_id, youtube_id)


def _parse_one(text: str, video_id: str | None) -> Job:
    """One of many: an error says which."""
    try:
        return _parse(text, video_id)
    except BadMessage as error:
        raise BadMessage(f"{text[:80]}: {error}", code=error.code) from error


def told(job: Job) -> dict[str, Any]:
    """A job as a program reads it."""
    source = {"recording": job.url} if job.recording else {"youtube_id": job.youtube_id}
    return {"video_id": job.video_id, **source}


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
            if len(jobs) == 1:
                raise
            console.print(f"{job.video_id} is not queued: {error}", highlight=False, markup=False)
            failures.append(error)
        else:
            console.print(f"{job.video_id} is queued: lectern status {job.video_id}", highlight=False)
            queued.append(told(job))
    if failures:
        raise TransientError(f"{len(failures)} of {len(jobs)} were not queued")
    return queued


async def _queue_one(videos: Videos, queue: Queue, job: Job) -> None:
    if not await videos.submit(job):
        raise TransientError(f"video {job.video_id} is being worked on: lectern status {job.video_id}")
    try:
        asked = {"language": job.language} if job.language else {}
        message = json.dumps({"video_id": job.video_id, "youtube_url": job.url, **asked})
        await queue.send(message, group=job.video_id)
    except LecternError as error:
        await videos.reject(job.video_id, "not_queued", f"it could not be queued: {error}")
        raise
