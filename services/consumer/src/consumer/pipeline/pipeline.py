"""The whole job on one screen: start reading here."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from pydantic import TypeAdapter

from consumer.clients.retry import patiently
from consumer.clients.transcribers import Transcribers
from consumer.database.videos import Claim, Completion
from consumer.errors import BadMessage, Dependency
from consumer.export.files import JobResult, write_assets
from consumer.models import Job, Progress, Source, Stage, Transcript
from consumer.observability.metrics import Metrics
from consumer.pipeline.audio import make_mp3
from consumer.pipeline.budget import NO_CAP, DayBudget, Payments, Spend
from consumer.pipeline.checkpoint import Checkpoints, CheckpointStore, Flights, FolderCheckpoints, digest, take_turn
from consumer.pipeline.download import DownloadSettings, download
from consumer.pipeline.note_ids import keep_note_ids
from consumer.pipeline.paid_once import Answer, is_free, paid_once
from consumer.pipeline.publish import ObjectStore, publish
from consumer.pipeline.recording import RecordingStore, fetch_recording
from consumer.pipeline.slots import Slots
from consumer.pipeline.stages import StageTimer
from consumer.pipeline.transcribe import transcribe_anywhere
from consumer.pipeline.workdir import working_folder
from consumer.pipeline.write_study import write_study
from consumer.study import BatchProvider, StudyProvider
from consumer.study.plan import ORDINARY, StudyPlan
from consumer.worker.lease import Lease

TRANSCRIPT = TypeAdapter(Transcript)
CHECKPOINTS = "videos/.checkpoints"
"""Of all videos: the same content under another id is paid for once. No video's id begins with a dot."""
MOST_RECORDING_BYTES = 8 * 10**9
WAIT_FOR_MODEL_S = 300.0  # while the transcriber starts; longer, and the message goes back
Passed = Callable[[Dependency], Awaitable[None]]
"""Told whom a video has come through: what others met decides who is to blame for the next failure."""


@dataclass(frozen=True)
class Tools:
    """What the steps work with.

    `checkpoints` begins their keys, `flights` are those that are being made. A recording has `most_recording_bytes` at
    most. `scratch` is the folder of all working folders, `subtitles` are the transcriber's form fields for their
    layout. `hurry` is set when not even an answer that is paid for may be waited for. `slots` bound each stage. `plan`
    is what is wanted of study material, from `batches` (None: at once) for who is in no hurry; once
    `max_cost_usd_per_day` is spent, what needs a model waits for tomorrow.
    """

    download: DownloadSettings
    transcribers: Transcribers
    provider: StudyProvider
    scratch: Path
    metrics: Metrics = field(default_factory=Metrics)
    subtitles: dict[str, str] = field(default_factory=dict[str, str])
    most_recording_bytes: int = MOST_RECORDING_BYTES
    checkpoints: str = CHECKPOINTS
    flights: Flights = field(default_factory=Flights)
    deck_sounds: bool = False
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    slots: Slots = field(default_factory=Slots)
    plan: StudyPlan = ORDINARY
    batches: BatchProvider | None = None
    max_cost_usd_per_day: float | None = None


class VideoTable(Protocol):
    """What the pipeline writes to the table of videos."""

    async def open_stage(self, claim: Claim, stage: Stage) -> None: ...

    async def take_content(self, claim: Claim, content: str) -> str | None: ...

    async def spend(self, video_id: str, answer: str, cost_usd: float) -> None: ...

    async def spent_today(self) -> float: ...

    async def complete(self, claim: Claim, done: Completion) -> None: ...


class Bucket(ObjectStore, CheckpointStore, RecordingStore, Protocol):
    """Where results go, and what the next attempt need not make again."""


class Witness(Protocol):
    """Remembers what became of videos."""

    async def passed(self, dependency: Dependency, video_id: str) -> None: ...


async def run(
    job: Job, claim: Claim, lease: Lease, *, videos: VideoTable, store: Bucket, tools: Tools, witness: Witness
) -> None:
    """Download, make the audio, transcribe, write, publish, complete.

    `claim` fences what is written to `videos`; `lease` is entered here and left before the last write. Results go to
    `store` under videos/<video_id>/<token>/, checkpoints to `tools.checkpoints`, files under `tools.scratch`. `witness`
    is told whom the video has come through.

    Raises LeaseLost as soon as somebody else works on the video. Raises VideoError, PolicyError, NotYet,
    TransientError or EnvironmentFault where a stage failed; then the row is left for the caller to end.
    """
    prefix = f"videos/{job.video_id}/{claim.token:06d}"
    job = replace(job, language=claim.language or job.language)  # that of an earlier message, where this one has none

    async def passed(dependency: Dependency) -> None:
        await witness.passed(dependency, job.video_id)

    with (
        tools.metrics.failures(),
        tools.slots.turn() as turn,
        working_folder(tools.scratch, job.video_id, claim.token) as folder,
    ):
        checkpoints = Checkpoints(store, tools.checkpoints, tools.flights, aside=FolderCheckpoints(folder))
        async with lease:
            budget = DayBudget(None if is_free(tools.provider) else tools.max_cost_usd_per_day, videos.spent_today)
            await budget.check()  # rather than download what cannot be finished today
            timer = StageTimer(lease.report, partial(videos.open_stage, claim), tools.metrics.stage, turn)
            if job.youtube_id:
                await take_turn(videos, claim, f"youtube {job.youtube_id} {job.language or ''}".strip())
            async with timer.stage("download") as progress:
                source = await _source(job, folder, store, tools, progress)
            if job.recording:
                await take_turn(videos, claim, f"recording {await asyncio.to_thread(digest, source.path)}")
            await passed(Dependency.YOUTUBE if job.youtube_id else Dependency.BUCKET)
            payments = Payments(partial(videos.spend, job.video_id))
            made = await produce(
                source,
                folder,
                tools,
                timer,
                checkpoints=checkpoints,
                spend=payments.add,
                passed=passed,
                job=job,
                budget=budget,
            )
            async with timer.stage("publish") as progress:
                made = await keep_note_ids(made, store, f"videos/{job.video_id}/notes.json")
                files = await asyncio.to_thread(write_assets, made, folder)
                keys = await publish(made, files, store, prefix, progress)
            await payments.settle()
            await passed(Dependency.BUCKET)
    await videos.complete(claim, completion(made, keys))  # the last beat has ended: nothing overwrites this
    tools.metrics.completed(made.audio.duration_s)


async def produce(
    source: Source,
    folder: Path,
    tools: Tools,
    timer: StageTimer,
    *,
    checkpoints: Checkpoints,
    spend: Spend,
    passed: Passed,
    job: Job | None = None,
    budget: DayBudget = NO_CAP,
) -> JobResult:
    """From downloaded media to study material; `folder` takes the MP3.

    What costs much is looked for in `checkpoints` and kept there. `spend` is told the US dollars of each answer that
    is used, `passed` whom the video has come through. Raises VideoError, TransientError or EnvironmentFault.
    """

    async def paid(answer: Answer) -> None:
        if answer.is_new:
            tools.metrics.spent(answer.model, answer.usage.cost_usd)
        if answer.is_new and answer.is_readable:
            await passed(Dependency.MODEL)
        await spend(answer.key, answer.usage.cost_usd)

    async with timer.stage("audio") as progress:
        audio = await make_mp3(source, folder / "audio.mp3", progress, max_s=tools.download.max_video_s)
    await passed(Dependency.MACHINE)
    async with timer.stage("transcribe") as progress:
        model = await patiently(tools.transcribers.model, WAIT_FOR_MODEL_S)
        asked = tools.subtitles | _spoken(source, job)
        layout = [f"{name}={value}" for name, value in asked.items()]
        heard = digest(model, await asyncio.to_thread(digest, audio.path), *layout)
        hear = partial(
            transcribe_anywhere,
            audio,
            tools.transcribers,
            progress,
            on_place=timer.turn.passes,
            subtitles=asked | _urgency(job),
        )
        transcript = await checkpoints.once("transcript", TRANSCRIPT, heard, hear)
        timer.turn.passes()
    if not checkpoints.reused:
        await passed(Dependency.TRANSCRIBER)
    async with timer.stage("study") as progress:
        batches = tools.batches if job and job.priority == "bulk" else None
        provider = paid_once(tools.provider, checkpoints, paid, tools.hurry, budget, batches=batches)
        plan = tools.plan.wished(job.study) if job else tools.plan
        plan = replace(plan, batched=batches is not None)
        material = await write_study(transcript, source, provider, progress, plan)
    reused, sounds = tuple(checkpoints.reused), tools.deck_sounds
    return JobResult(source, audio, transcript, material, timer.seconds, reused, deck_sounds=sounds)


async def _source(job: Job, folder: Path, store: Bucket, tools: Tools, progress: Progress) -> Source:
    """The media, from YouTube or as it was uploaded."""
    if job.recording is not None:
        return await fetch_recording(job.recording, folder, store, tools.most_recording_bytes, progress)
    if job.youtube_id is None:
        raise BadMessage("the job names neither a video nor a recording", code="no_url")
    return await download(job.youtube_id, folder, tools.download, progress, language=job.language)


def _spoken(source: Source, job: Job | None) -> dict[str, str]:
    """The transcriber's form field for the language, where it is known: told for a recording, or that of the track."""
    language = job.language if job and job.recording else source.language
    return {"language": language} if language else {}


def _urgency(job: Job | None) -> dict[str, str]:
    """Its form field for how soon; the transcript is the same."""
    return {"priority": job.priority} if job else {}


def completion(made: JobResult, keys: dict[str, str]) -> Completion:
    """What the row says in the end."""
    return Completion(
        title=made.source.title,
        channel=made.source.channel,
        duration_s=made.audio.duration_s,
        language=made.transcript.language,
        keys=keys,
    )
