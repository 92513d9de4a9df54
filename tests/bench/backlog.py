"""How busy a backlog keeps the transcribers, and how consumers share it: `python -m tests.bench.backlog`.

Real worker, leases, slots, PostgreSQL and the strict SQS; each stage is a delay, a sixtieth of what a lecture takes.
Each consumer has a transcriber of its own, which hears one file at a time and says by /health/ready what it has to do.
Busy is the share of the time from a transcriber's first file to its last in which it hears. Predicted: a sequential
loop 0.41 (60 of 147 s); two at a time, as it was, 0.8; with slots 0.95 or more; 2 and 4 consumers within 5 % of
linear, each with its share of the videos within a fifth.
"""

import asyncio
import heapq
import json
import os
import random
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from consumer.clients.sqs import Queue
from consumer.clients.transcribers import Transcribers
from consumer.database.claim import Claim, Completion
from consumer.database.evidence import Evidence
from consumer.database.migrator import find_migrations, migrate
from consumer.database.postgres import Pool, connect
from consumer.database.settings import DatabaseSettings
from consumer.database.tables import Tables
from consumer.database.videos import Videos
from consumer.models import Audio, Job, Stage
from consumer.observability import logs
from consumer.pipeline.slots import Slots
from consumer.pipeline.stages import StageTimer
from consumer.pipeline.transcribe import transcribe_anywhere
from consumer.worker.lease import Lease
from consumer.worker.retry_policy import RetryPolicy
from consumer.worker.worker import Worker, WorkerSettings
from consumer.worker.world import World
from infra.sandbox.aws import KEYS, REGION
from infra.sandbox.postgres import embedded_postgres
from infra.sandbox.standins.serving import serving
from infra.sandbox.standins.sqs import StrictSqs, strict_sqs
from infra.sandbox.waiting import wait_until
from tests.bench.one_slot import SCALE, OneSlot
from tests.bench.report import arguments, table, verdict

REAL_S: dict[Stage, float] = {"download": 30, "audio": 8, "transcribe": 60, "study": 45, "publish": 4}
SPREAD = 0.2  # each delay is so much shorter or longer, by the video
CEILING, LEAST_BUSY, MOST_OFF_LINEAR, MOST_OFF_SHARE = 16, 0.95, 0.05, 0.2
NAMES = ("audio.mp3", "transcript.json", "flashcards.json", "quiz.json", "manifest.json")
DONE_ROW = Completion("A lecture", None, 60.0, "en", dict.fromkeys(NAMES, "videos/x"))


def delays(number: int) -> dict[Stage, float]:
    """Of one video, in scaled seconds; the same in every run."""
    chance = random.Random(number)
    return {stage: s / SCALE * chance.uniform(1 - SPREAD, 1 + SPREAD) for stage, s in REAL_S.items()}


@dataclass(frozen=True)
class Run:
    """What one arrangement made of the backlog."""

    name: str
    transcribers: list[OneSlot]

    @property
    def wall_s(self) -> float:
        """From the first file that is heard to the last."""
        spans = [span for each in self.transcribers for span in each.heard]
        return max(end for _, end in spans) - min(began for began, _ in spans)

    @property
    def shares(self) -> list[int]:
        """Videos by transcriber."""
        return [len(each.heard) for each in self.transcribers]

    @property
    def speed(self) -> float:
        """Transcribers' worth of work: as many as there are would be linear."""
        return sum(end - began for each in self.transcribers for began, end in each.heard) / self.wall_s

    def row(self) -> list[object]:
        """A line of the table."""
        busy = " ".join(f"{each.busy:.3f}" for each in self.transcribers)
        best = at_best(sum(self.shares), len(self.transcribers))
        return [self.name, self.wall_s, self.speed, best, busy, " ".join(map(str, self.shares))]


def at_best(videos: int, count: int) -> float:
    """The speed where each video, in the queue's order, goes to whoever is free first: less than linear is the tail."""
    takes, free_s = [delays(number)["transcribe"] for number in range(videos)], [0.0] * count
    for each in takes:
        heapq.heapreplace(free_s, free_s[0] + each)
    return sum(takes) / max(free_s)


async def sequential(videos: int) -> Run:
    """As a polling script does it: one video, all its stages, then the next."""
    slot = OneSlot()
    for number in range(videos):
        takes = delays(number)
        await asyncio.sleep(takes["download"] + takes["audio"])
        began = time.monotonic()
        await asyncio.sleep(takes["transcribe"])
        slot.heard.append((began, time.monotonic()))
        await asyncio.sleep(takes["study"] + takes["publish"])
    return Run("sequential loop", [slot])


class Consumers:
    """One worker and one transcriber for each of `count`, on one queue and one database."""

    def __init__(self, pool: Pool, sqs: StrictSqs, folder: Path) -> None:
        self._videos = Videos(pool, Tables())
        self._evidence = Evidence(pool, Tables())
        self._sqs = sqs
        self._folder = folder

    async def work(self, name: str, count: int, videos: int, *, ceiling: int = CEILING, slots: bool = True) -> Run:
        """Put a backlog onto the queue and work it off."""
        for number in range(videos):
            address = f"https://youtu.be/{number:011d}"
            self._sqs.add(json.dumps({"video_id": f"{name}-{number}".replace(" ", "-"), "youtube_url": address}))
        heard = [OneSlot() for _ in range(count)]
        async with AsyncExitStack() as stack:
            workers = list[Worker]()
            for number, each in enumerate(heard):
                workers.append(await stack.enter_async_context(self._one(f"w{number}", each, ceiling, slots)))
            await wait_until(lambda: sum(each.health.outcomes.get("completed", 0) for each in workers) >= videos, 600)
        return Run(name, heard)

    @asynccontextmanager
    async def _one(self, owner: str, slot: OneSlot, ceiling: int, slots: bool) -> AsyncGenerator[Worker]:
        limits = Slots() if slots else Slots(ahead=ceiling, limits={})
        settings = WorkerSettings(owner, ceiling, RetryPolicy(), None, lease_s=120, poll_s=1, drain_s=5)
        queue = Queue(self._sqs.url, REGION, self._sqs.url.rsplit("/", 2)[0])
        async with serving(slot.app()) as url, Transcribers([url], poll_s=3 / SCALE) as transcribers:
            run_job = partial(self._job, transcribers, limits)
            world = World(self._evidence, owner)
            worker = Worker(queue, self._videos, run_job, settings, world=world, gate=limits)
            running = asyncio.create_task(worker.run())
            yield worker
            worker.handle_exit()
            await running

    async def _job(self, transcribers: Transcribers, slots: Slots, job: Job, claim: Claim, lease: Lease) -> None:
        """The stages in the pipeline's order, each a delay."""
        takes = delays(int(job.youtube_id or 0))
        file = self._folder / f"{job.video_id}.mp3"
        file.write_text(f"takes={takes['transcribe']}")
        async with lease:
            with slots.turn() as turn:
                timer = StageTimer(lease.report, partial(self._videos.open_stage, claim), lease.report, turn)
                for stage in ("download", "audio"):
                    async with timer.stage(stage):
                        await asyncio.sleep(takes[stage])
                async with timer.stage("transcribe") as progress:
                    await transcribe_anywhere(Audio(file, 60.0), transcribers, progress, on_place=turn.passes)
                for stage in ("study", "publish"):
                    async with timer.stage(stage):
                        await asyncio.sleep(takes[stage])
        await self._videos.complete(claim, DONE_ROW)


async def bench(videos: int) -> list[Run]:
    """Every arrangement, one after the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # Postgres runs as another user when we are root
        async with embedded_postgres(folder) as environment, strict_sqs() as sqs:
            settings = DatabaseSettings.model_validate({key.lower(): value for key, value in environment.items()})
            async with connect(settings) as pool:
                await migrate(pool, find_migrations(None), Tables())
                consumers = Consumers(pool, sqs, folder)
                return [
                    await sequential(videos),
                    await consumers.work("two at a time", 1, videos, ceiling=2, slots=False),
                    await consumers.work("1 consumer", 1, videos),
                    await consumers.work("2 consumers", 2, videos),
                    await consumers.work("4 consumers", 4, videos),
                    await consumers.work("4 consumers twice as much", 4, 2 * videos),
                ]


def main() -> None:
    """Print what was seen beside what was predicted."""
    chosen = arguments(__doc__).parse_args()
    logs.configure(quiet=True)
    os.environ.update(KEYS)
    videos = 12 if chosen.quick else 40
    runs = asyncio.run(bench(videos))
    table(["arrangement", "wall s", "speed", "at best", "busy", "videos each"], [run.row() for run in runs])
    one = runs[2]
    verdict("idle share of the transcriber at the default", 1 - one.transcribers[0].busy, 1 - LEAST_BUSY)
    for run in runs[3:]:
        count = len(run.transcribers)
        verdict(f"{run.name}: off linear", 1 - run.speed / (count * one.speed), MOST_OFF_LINEAR)
        off = max(abs(share * count / sum(run.shares) - 1) for share in run.shares)
        verdict(f"{run.name}: off an equal share", off, MOST_OFF_SHARE)


if __name__ == "__main__":
    main()
