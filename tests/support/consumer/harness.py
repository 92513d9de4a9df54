"""A worker on a real PostgreSQL and the strict SQS, whose job does what the test says."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from consumer.clients.sqs import Queue
from consumer.database.evidence import Evidence
from consumer.database.videos import Claim, Completion, Videos
from consumer.errors import Dependency
from consumer.models import Job
from consumer.worker.lease import Lease
from consumer.worker.retry_policy import RetryPolicy
from consumer.worker.worker import Gate, Worker, WorkerSettings
from consumer.worker.world import Probe, World
from infra.sandbox.standins.sqs import Stored, StrictSqs
from infra.sandbox.waiting import wait_until

URL = "https://youtu.be/abcdefghijk"
NAMES = ("audio.mp3", "transcript.json", "flashcards.json", "quiz.json", "manifest.json")
DONE = Completion("A lecture", "A channel", 104.0, "en", {name: f"videos/v1/1/{name}" for name in NAMES})
SETTINGS = WorkerSettings(
    owner="w1",
    concurrency=2,
    retry=RetryPolicy(),
    max_receives=None,
    lease_s=30,
    poll_s=0,
    drain_s=5,
)


@dataclass
class Harness:
    """`errors` are raised by the next jobs, in order; no job ends before `may_end` is set, then with `fails`.

    `refused` are the videos that fail every time. `forgotten` are those that no attempt will come back to.
    """

    sqs: StrictSqs
    queue: Queue
    videos: Videos
    evidence: Evidence
    errors: list[Exception] = field(default_factory=list[Exception])
    fails: Exception | None = None
    refused: dict[str, Exception] = field(default_factory=dict[str, Exception])
    begun: list[Claim] = field(default_factory=list[Claim])
    forgotten: list[str] = field(default_factory=list[str])
    world: World = field(init=False)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_end.set()

    async def run_job(self, job: Job, claim: Claim, lease: Lease) -> None:
        """Stands for `pipeline.run`."""
        async with lease:
            self.begun.append(claim)
            if error := self.refused.get(job.video_id):
                raise error
            if self.errors:
                raise self.errors.pop(0)
            await self.may_end.wait()
            if self.fails:
                raise self.fails
        for dependency in Dependency:
            await self.world.passed(dependency, job.video_id)
        await self.videos.complete(claim, DONE)

    def send(self, video_id: str = "v1", url: str = URL) -> Stored:
        """A message, as a producer would send it."""
        return self.sqs.add(json.dumps({"video_id": video_id, "youtube_url": url}))

    @asynccontextmanager
    async def worker(
        self,
        *,
        first_pause_s: float = 0.05,
        probes: Mapping[Dependency, Probe] | None = None,
        gate: Gate | None = None,
        **settings: Any,
    ) -> AsyncGenerator[Worker]:
        """A worker that runs inside and is told to stop at the end."""
        chosen = replace(SETTINGS, **settings)
        self.world = World(self.evidence, chosen.owner, probes, first_pause_s)
        forget = self.forgotten.append
        worker = Worker(self.queue, self.videos, self.run_job, chosen, world=self.world, gate=gate, forget=forget)
        running = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            self.may_end.set()
            worker.handle_exit()
            await asyncio.wait_for(running, 15)

    async def row(self, video_id: str = "v1") -> dict[str, Any]:
        """The video's row, empty where there is none."""
        return await self.videos.row(video_id) or {}

    async def ended(self, worker: Worker, outcome: str, times: int = 1) -> None:
        """Wait until messages have ended like this."""
        await wait_until(lambda: worker.health.outcomes.get(outcome, 0) >= times, what=f"{times} × {outcome}")
