"""The one place where the consumer is put together from its settings."""

import asyncio
import os
import signal
import socket
import uuid
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import structlog

from consumer import version
from consumer.clients.s3 import Storage
from consumer.clients.sqs import Patience, Queue
from consumer.clients.transcribers import Transcribers
from consumer.database.evidence import Evidence
from consumer.database.postgres import connect
from consumer.database.videos import Videos
from consumer.errors import Dependency, TransientError
from consumer.housekeeping import Upkeep, end_lost, keep_house, tidy
from consumer.models import Status
from consumer.observability import spans
from consumer.observability.health import serve_health
from consumer.observability.metrics import watch_depth
from consumer.pipeline.download import DownloadSettings
from consumer.pipeline.pipeline import Tools, run
from consumer.pipeline.slots import AHEAD, LIMITS, LIMITS_BATCHED, Slots
from consumer.pipeline.workdir import make_scratch, remove
from consumer.settings import PipelineSettings, Settings
from consumer.study import StudyProvider, make_batches, make_plan, make_provider
from consumer.worker.retry_policy import RetryPolicy
from consumer.worker.worker import Worker, WorkerSettings
from consumer.worker.world import Probe, World

log = structlog.get_logger()
THREADS_A_VIDEO = 2  # one may upload, the other must beat: a lease that waits for a thread is lost
SCRATCH = "lectern"  # our own folder in DOWNLOAD_DIR: nothing else in there is ever touched


@asynccontextmanager
async def make_tools(settings: PipelineSettings) -> AsyncGenerator[Tools]:
    """What the steps work with, from settings. Raises ConfigError."""
    provider = make_provider(settings)
    batches = make_batches(settings, provider)
    downloads = DownloadSettings(
        max_video_s=settings.max_video_seconds,
        cookies_file=settings.ytdlp_cookies_file,
        proxy=settings.ytdlp_proxy,
        overlay_dir=settings.ytdlp_overlay_dir,
        extractor_args=settings.ytdlp_extractor_args,
        plugin_dir=settings.ytdlp_plugin_dir,
    )
    urls = settings.transcriber_urls
    async with Transcribers(urls, settings.transcriber_api_key) as transcribers:
        try:
            scratch, limits = settings.download_dir / SCRATCH, LIMITS_BATCHED if batches else LIMITS
            slots = Slots(AHEAD + len(urls) - 1, limits)
            yield Tools(
                downloads,
                transcribers,
                provider,
                scratch,
                subtitles=settings.subtitle_fields,
                slots=slots,
                most_recording_bytes=settings.max_recording_bytes,
                deck_sounds=settings.deck_sounds,
                plan=make_plan(settings),
                batches=batches,
                max_cost_usd_per_day=settings.max_cost_usd_per_day,
            )
        finally:
            await provider.close()


def make_queue(settings: Settings) -> Queue:
    """The queue that the settings name."""
    return Queue(settings.sqs_queue_url, settings.aws_region, settings.aws_endpoint_url)


def make_storage(settings: Settings) -> Storage:
    """The bucket that the settings name."""
    return Storage(settings.s3_bucket, settings.aws_region, settings.aws_endpoint_url)


async def consume(settings: Settings) -> bool:
    """Work the queue until SIGTERM or SIGINT; whether there is a hurry in the end.

    Raises LecternError before anything is received, where something is missing that every video needs.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(spans.exported(settings.otel_exporter_otlp_endpoint))
        tools = await stack.enter_async_context(make_tools(settings))
        make_scratch(tools.scratch)
        await check_model(tools.provider)
        pool = await stack.enter_async_context(connect(settings))
        videos = Videos(pool, settings.tables)
        await videos.ping()
        queue = make_queue(settings)
        patience = await queue.reachable()
        if patience.max_receives is not None and patience.max_receives <= settings.max_attempts:
            log.warning("queue.impatient", max_receives=patience.max_receives, advice="maxReceiveCount of 20 or more")
        dead = await queue.dead_letters()
        store = make_storage(settings)
        await store.check()
        await check_transcriber(tools.transcribers)
        chosen, evidence = worker_settings(settings, patience), Evidence(pool, settings.tables)
        probes: dict[Dependency, Probe] = {
            Dependency.DATABASE: videos.ping,
            Dependency.BUCKET: store.probe,
            Dependency.TRANSCRIBER: tools.transcribers.check,
        }
        world = World(evidence, chosen.owner, probes)
        run_job = partial(run, videos=videos, store=store, tools=tools, witness=world)
        worker = Worker(
            queue,
            videos,
            run_job,
            chosen,
            world=world,
            gate=tools.slots,
            forget=partial(remove, tools.scratch),
            hurry=tools.hurry,
        )
        await stack.enter_async_context(_health(worker, tools, settings))
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(THREADS_A_VIDEO * settings.concurrency))
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, worker.handle_exit)
        async with asyncio.TaskGroup() as group:
            beside = [
                group.create_task(keep_house(_upkeep(videos, evidence, patience, tools.scratch))),
                group.create_task(watch_depth(queue.attributes, dead and dead.attributes, tools.metrics)),
            ]
            await worker.run()
            for task in beside:
                task.cancel()
    return tools.hurry.is_set()


def _upkeep(videos: Videos, evidence: Evidence, patience: Patience, scratch: Path) -> list[Upkeep]:
    async def has_ended(video_id: str) -> bool:
        row = await videos.row(video_id)
        status = Status.named(row["status"]) if row else None
        return status is not None and status.is_end

    expire = partial(videos.expire, patience.retention_s)
    return [partial(end_lost, expire), evidence.forget, partial(tidy, scratch, has_ended)]


def _health(worker: Worker, tools: Tools, settings: Settings) -> AbstractAsyncContextManager[int]:
    tools.metrics.built(version(), settings.revision)
    tools.metrics.room(tools.scratch)
    return serve_health(worker.health, tools.metrics, settings.health_host, settings.health_port)


async def check_transcriber(transcribers: Transcribers) -> None:
    """A wrong address or key would fail every video; one that still loads its model will be ready when it is needed."""
    try:
        await transcribers.check()
    except TransientError as error:
        log.warning("transcriber.not_ready", error=str(error))


async def check_model(provider: StudyProvider) -> None:
    """A model that is gone would fail every video; an API that does not answer now may do so when it is needed."""
    try:
        for warning in await provider.check():
            log.warning("study.model", warning=warning)
    except TransientError as error:
        log.warning("study.unreachable", error=str(error))


def worker_settings(settings: Settings, patience: Patience) -> WorkerSettings:
    """A worker of this process, with a name that no other has; `patience` is the queue's."""
    return WorkerSettings(
        owner=f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:6]}",
        concurrency=settings.concurrency,
        retry=RetryPolicy(settings.max_attempts, settings.retry_seconds),
        max_receives=patience.max_receives,
        lease_s=settings.lease_seconds,
        poll_s=settings.poll_seconds,
        drain_s=settings.drain_seconds,
    )
