"""Consumers that kill themselves, one by one: `python -m tests.support.consumer.killable kill`, then `… finish`.

Consumer number N gets a video `kN` and dies of SIGKILL right after the Nth thing that it told the database, the bucket
or the queue; the first that comes to its end unharmed is the last, and its number is printed. Their leases are long, so
that none meets what another left; once they are over, one consumer finishes everything. Beats and progress do not
count: they come when they come. Each consumer is a fork, which saves the imports.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from consumer.app import make_storage, make_tools, worker_settings
from consumer.clients.sqs import DEFAULT_RETENTION_S, Patience, Queue
from consumer.database.evidence import Evidence
from consumer.database.postgres import connect
from consumer.database.tables import Tables
from consumer.database.videos import Claim, Videos
from consumer.models import Job
from consumer.pipeline.pipeline import run
from consumer.settings import Settings, read_settings
from consumer.worker.lease import Lease
from consumer.worker.worker import Worker
from consumer.worker.world import World
from infra.sandbox.standins.youtube import LECTURE_URL
from infra.sandbox.waiting import wait_until

UNCOUNTED = {"extend", "progress"}
DEPTH = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
LEASE_S = 600.0
LONGEST_S = 240.0
MOST, KILLED = 60, -signal.SIGKILL


class Fuse:
    """Counts what is told through the parts it wraps."""

    def __init__(self, at: int) -> None:
        self._at = at
        self._told = 0

    def wrap(self, part: Any) -> Any:
        """The same part, counted."""
        return _Wrapped(part, self)

    def burn(self) -> None:
        """One more thing was told."""
        self._told += 1
        if self._told == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


class _Wrapped:
    def __init__(self, part: Any, fuse: Fuse) -> None:
        self._part = part
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        method: Callable[..., Awaitable[Any]] = getattr(self._part, name)
        if name in UNCOUNTED:
            return method

        async def counted(*values: Any, **named: Any) -> Any:
            result = await method(*values, **named)
            if name != "receive" or result:  # an empty poll tells nobody anything
                self._fuse.burn()
            return result

        return counted


class AllDifferent(Videos):
    """Takes the one recording for another one under each id."""

    async def take_content(self, claim: Claim, content: str) -> str | None:
        return await super().take_content(claim, f"{content} {claim.video_id}")


def main() -> None:
    """Exit code 1 where a consumer ended otherwise."""
    settings = read_settings(Settings)
    if sys.argv[1] == "finish":
        sys.exit(_consumer(settings, 0))
    for number in range(1, MOST):
        asyncio.run(_send(settings, f"k{number}"))
        if _consumer(settings, number) != KILLED:
            print(number)
            return
    sys.exit(f"still killed at point {MOST}")


def _consumer(settings: Settings, at: int) -> int:
    """Run one; its exit code, negative for a signal."""
    child = os.fork()
    if child == 0:
        asyncio.run(consume(settings, at))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _queue(settings: Settings) -> Queue:
    """The strict one, which has an address of its own."""
    return Queue(settings.sqs_queue_url, settings.aws_region, settings.sqs_queue_url.rsplit("/", 2)[0])


async def _send(settings: Settings, video_id: str) -> None:
    await _queue(settings).send(json.dumps({"video_id": video_id, "youtube_url": LECTURE_URL}))


async def consume(settings: Settings, at: int) -> None:
    """Work until killed, or until its own message has an end; where it is not to be killed, until all have."""
    fuse = Fuse(at)
    async with make_tools(settings) as tools, connect(settings) as pool:
        videos, store = fuse.wrap(AllDifferent(pool, Tables())), fuse.wrap(make_storage(settings))
        world = World(Evidence(pool, Tables()), f"killed-at-{at}")

        async def run_job(job: Job, claim: Claim, lease: Lease) -> None:
            """Each video stands for another one: what was paid for it is not there for the rest."""
            own = replace(tools, checkpoints=f"videos/{job.video_id}/checkpoints")
            await run(job, claim, lease, videos=videos, store=store, tools=own, witness=world)

        # One at a time: a poll that is open when its consumer dies would take the next one's message along.
        usual = worker_settings(settings, Patience(max_receives=None, retention_s=DEFAULT_RETENTION_S))
        chosen = replace(usual, owner=f"killed-at-{at}", concurrency=1, lease_s=LEASE_S, poll_s=1)
        queue = _queue(settings)
        worker = Worker(fuse.wrap(queue), videos, run_job, chosen, world=world)
        running = asyncio.create_task(worker.run())

        async def is_done() -> bool:
            if at:
                return "completed" in worker.health.outcomes
            said = await queue.attributes()
            return all(said[name] == "0" for name in DEPTH)

        await wait_until(is_done, LONGEST_S, "all messages have an end", every_s=0.2)
        worker.handle_exit()
        await running


if __name__ == "__main__":
    main()
