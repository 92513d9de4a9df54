"""Kills, freezes and stops consumers at work, breaks what is around them, and asks the oracle."""

import asyncio
import random
import signal
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from infra.sandbox.waiting import wait_until
from tests.faults.oracle import Found, examine
from tests.faults.world import LEASE_S, World, everything, processes

CONSUMERS = 2
MODES: dict[str, tuple[str, ...]] = {
    "database": ("refuse", "cut", "hang"),
    "bucket": ("refuse", "cut", "hang", "unavailable"),
    "queue": ("refuse", "cut", "hang", "unavailable"),
    "transcriber": ("refuse", "cut", "hang", "unavailable"),
    "language model": ("refuse", "cut", "hang", "unavailable"),
    "YouTube": ("forbidden", "limited", "unavailable", "cut", "hang"),
    "disk": ("full",),
}
KINDS = (signal.SIGKILL, signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM)


@dataclass(frozen=True)
class Plan:
    """What is done: so many `videos`, `signals` and `faults`, by chance from `seed`, within `limit_s` seconds."""

    videos: int
    signals: int
    faults: int
    seed: int
    limit_s: float


@dataclass(frozen=True)
class Report:
    """What was done and found. `left` are processes that outlived their consumers, `folders` working folders."""

    plan: Plan
    done: Counter[str]
    found: Found
    folders: list[str]
    left: list[int]
    seconds: float

    @property
    def wrong(self) -> list[str]:
        """All that should not be, a sentence each."""
        folders = [f"the working folder {name} is left" for name in self.folders]
        return [*self.found.wrong, *folders, *([f"processes {self.left} are left"] if self.left else [])]


async def run(plan: Plan) -> Report:
    """One run, in a world of its own."""
    with tempfile.TemporaryDirectory(prefix="lectern-faults-") as name:
        async with everything(Path(name)) as world:
            return await Harness(world, plan).run()


class Harness:
    """`run` once."""

    def __init__(self, world: World, plan: Plan) -> None:
        self._world = world
        self._plan = plan
        self._chance = random.Random(plan.seed)
        self._done: Counter[str] = Counter()
        self._deadline = time.monotonic() + plan.limit_s
        if "disk" not in world.doors:
            self._done["disk: left out, for mounting takes root"] = 0

    async def run(self) -> Report:
        """Begin, break, mend, wait for the end, examine."""
        began = time.monotonic()
        video_ids = [self._world.send(number) for number in range(self._plan.videos)]
        for _ in range(CONSUMERS):
            await self._world.start()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._signals())
            group.create_task(self._faults())
        await self._settle()
        found = await examine(self._world, video_ids)
        folders = [path.name for path in self._world.scratch.glob("*")]
        left = await self._stopped()
        return Report(self._plan, self._done, found, folders, left, time.monotonic() - began)

    async def _signals(self) -> None:
        for _ in range(self._plan.signals):
            if time.monotonic() > self._deadline:
                return
            await asyncio.sleep(self._chance.uniform(0.3, 2.5))
            await self._replace_the_dead()
            kind = self._chance.choice(KINDS)
            process = self._chance.choice(sorted(self._world.living))
            self._done[kind.name] += 1
            self._world.signal(process, kind)
            if kind is signal.SIGSTOP:
                await asyncio.sleep(self._chance.uniform(0.5, LEASE_S + 3))
                self._world.signal(process, signal.SIGCONT)
            else:
                self._world.living.discard(process)
                await self._world.start()

    async def _faults(self) -> None:
        for _ in range(self._plan.faults):
            if time.monotonic() > self._deadline:
                return
            await asyncio.sleep(self._chance.uniform(0.5, 3.0))
            name = self._chance.choice(sorted(self._world.doors))
            mode = self._chance.choice(MODES[name])
            self._done[f"{name}: {mode}"] += 1
            self._world.doors[name].fail(mode)
            if mode == "cut":
                self._world.cut(name)
            await asyncio.sleep(self._chance.uniform(0.3, 4.0))
            self._world.doors[name].fail("open")

    async def _settle(self) -> None:
        """Until every message has been dealt with."""

        async def is_over() -> bool:
            await self._replace_the_dead()
            self._skip_waiting()
            return not self._world.sqs.messages

        await wait_until(is_over, self._plan.limit_s, "every message has been dealt with", every_s=0.5)

    def _skip_waiting(self) -> None:
        """Where every message is hidden for longer than a lease, nobody works, and all wait for a later try."""
        queue = self._world.sqs
        wait_s = min((queue.hidden_s(each) for each in queue.messages), default=0.0)
        if wait_s > LEASE_S + 1:
            self._done["waits skipped"] += 1
            queue.pass_time(wait_s)

    async def _replace_the_dead(self) -> None:
        for process in [each for each in self._world.living if not Path(f"/proc/{each}").exists()]:
            self._world.living.discard(process)
            self._done["ended by itself"] += 1
            await self._world.start()

    async def _stopped(self) -> list[int]:
        """Stop them all; processes that are left of them, yt-dlp's among them."""
        for process in self._world.living:
            self._world.signal(process, signal.SIGTERM)
        proxy = f"HTTPS_PROXY={self._world.environment['HTTPS_PROXY']}"
        ours = {self._world.forks.pid}

        def left() -> list[int]:
            return [each for each in processes(lambda text: proxy in text) if each not in ours]

        try:
            await wait_until(lambda: not left(), 30)
        except AssertionError:
            return left()
        return []
