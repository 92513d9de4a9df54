"""The whole job on one screen: start reading here."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from consumer.assets import Production, write_assets
from consumer.checkpoint import Checkpoints, digest
from consumer.lease import Lease
from consumer.metrics import Metrics
from consumer.models import Job, Source, Stage, StudyMaterial, Transcript
from consumer.scratch import scratch_folder
from consumer.steps.audio import make_mp3
from consumer.steps.download import DownloadSettings, download
from consumer.steps.publish import Store, publish
from consumer.steps.study import write_study
from consumer.steps.transcribe import transcribe
from consumer.stopwatch import Stopwatch
from consumer.study import StudyProvider
from consumer.transcriber_client import TranscriberClient
from consumer.videos import Claim, Completion


@dataclass(frozen=True)
class Tools:
    """What the steps work with."""

    download: DownloadSettings
    transcriber: TranscriberClient
    provider: StudyProvider
    scratch: Path
    metrics: Metrics = field(default_factory=Metrics)


class Rows(Protocol):
    """What the pipeline writes to the database."""

    async def open_stage(self, claim: Claim, stage: Stage) -> None: ...

    async def complete(self, claim: Claim, done: Completion) -> None: ...


async def run(job: Job, claim: Claim, lease: Lease, *, rows: Rows, store: Store, tools: Tools) -> None:
    """Download, make the audio, transcribe, write, publish, complete. Raises LecternError; LeaseLost when fenced."""
    prefix = f"videos/{job.video_id}/{claim.token:06d}"
    with scratch_folder(tools.scratch, job.video_id, claim.token) as folder:
        async with lease:
            watch = Stopwatch(lease.report, partial(rows.open_stage, claim), tools.metrics.stage)
            async with watch.stage("download") as progress:
                source = await download(job.youtube_id, folder, tools.download, progress)
            made = await produce(source, folder, tools, watch)
            async with watch.stage("publish") as progress:
                files = await asyncio.to_thread(write_assets, made, folder)
                keys = await publish(made, files, store, prefix, progress)
    await rows.complete(claim, completion(made, keys))  # the last beat has ended: nothing overwrites this
    tools.metrics.completed(made.audio.duration_s)


async def produce(source: Source, folder: Path, tools: Tools, watch: Stopwatch) -> Production:
    """From downloaded media to study material; `folder` takes the MP3, and what a later attempt need not do again."""
    checkpoints = Checkpoints(folder)
    async with watch.stage("audio") as progress:
        audio = await make_mp3(source, folder / "audio.mp3", progress)
    async with watch.stage("transcribe") as progress:
        heard = await asyncio.to_thread(digest, audio.path)
        hear = partial(transcribe, audio, tools.transcriber, progress)
        transcript = await checkpoints.once("transcript", Transcript, heard, hear)
    async with watch.stage("study") as progress:
        told = digest(tools.provider.name, tools.provider.model, source.title, transcript.model_dump_json())
        write = partial(write_study, transcript, source, tools.provider, progress)
        material = await checkpoints.once("study", StudyMaterial, told, write)
        if "study" not in checkpoints.reused:
            tools.metrics.spent(material.model, material.usage.cost_usd)
    return Production(source, audio, transcript, material, watch.seconds, tuple(checkpoints.reused))


def completion(made: Production, keys: dict[str, str]) -> Completion:
    """What the row says in the end."""
    return Completion(
        title=made.source.title,
        channel=made.source.channel,
        duration_s=made.audio.duration_s,
        language=made.transcript.language,
        keys=keys,
        cost_usd=made.material.usage.cost_usd,
    )
