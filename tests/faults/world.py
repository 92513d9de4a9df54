"""Everything that consumers need, each behind a door that fails as it is told, and the consumers themselves."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from consumer.database.migrator import find_migrations, migrate
from consumer.database.postgres import Pool, connect
from consumer.database.settings import DatabaseSettings
from consumer.database.tables import Tables
from infra.sandbox.aws import Aws, embedded_aws
from infra.sandbox.postgres import embedded_postgres
from infra.sandbox.standins import anthropic
from infra.sandbox.standins.anthropic import AnthropicStandin
from infra.sandbox.standins.model_api import model_api
from infra.sandbox.standins.serving import serving
from infra.sandbox.standins.sqs import StrictSqs, strict_sqs
from infra.sandbox.standins.youtube import Video, YouTubeStandin
from tests.faults.bills import Disturbance
from tests.faults.media import media, samples
from tests.faults.proxy import Connect, FaultProxy
from tests.support.consumer.fake_transcriber import FakeTranscriber
from tests.support.consumer.small_disk import small_disk

MODEL = "language model"
LEASE_S = 12  # a beat may take seconds where all of this shares two processors
SETTINGS = {
    "LEASE_SECONDS": str(LEASE_S),
    "CONCURRENCY": "6",
    "RETRY_SECONDS": "1",
    "DRAIN_SECONDS": "1",
    "POLL_SECONDS": "1",
    "MAX_ATTEMPTS": "100",  # kills count, and there are many
    "HEALTH_HOST": "127.0.0.1",
    "HEALTH_PORT": "0",
    "LOG_FORMAT": "json",
}


class Door(Protocol):
    """What fails as it is told."""

    def fail(self, mode: Any, /) -> None:
        """From now on; open mends it."""


@dataclass
class World:
    """Parts and doors by name; `start` makes a consumer, whose log all share. A machine that cannot has no disk."""

    pool: Pool
    sqs: StrictSqs
    aws: Aws
    youtube: YouTubeStandin
    heard: FakeTranscriber
    claude: AnthropicStandin
    doors: dict[str, Door]
    scratch: Path
    log: Path
    environment: dict[str, str]
    lecture: bytes
    living: set[int] = field(default_factory=set[int])
    disturbances: list[Disturbance] = field(default_factory=list[Disturbance])

    def send(self, number: int) -> str:
        """A message for a video of its own title and sound, so that each is billed apart, every other in fragments."""
        video_id, youtube_id = f"v{number}", f"video{number:06d}"
        delivery = "fragments" if number % 2 else "file"
        sound = media(number, self.lecture)
        self.youtube.videos[youtube_id] = Video(title=f"Lecture number {number}", delivery=delivery, media=sound)
        body = {"video_id": video_id, "youtube_url": f"https://youtu.be/{youtube_id}"}
        self.sqs.add(json.dumps(body))
        return video_id

    async def start(self) -> int:
        """One more consumer; its process id."""
        assert self.forks.stdin is not None
        assert self.forks.stdout is not None
        self.forks.stdin.write(b"\n")
        process = int(await self.forks.stdout.readline())
        self.living.add(process)
        return process

    def signal(self, process: int, number: signal.Signals) -> None:
        """One that is gone already is left alone."""
        with suppress(ProcessLookupError):
            os.kill(process, number)
        if number in {signal.SIGKILL, signal.SIGSTOP}:
            self.disturbances.append(Disturbance(time.time(), number.name, process))

    def cut(self, name: str) -> None:
        """The door of this name has cut connections."""
        if name == MODEL:
            self.disturbances.append(Disturbance(time.time(), "cut"))

    def lost_leases(self) -> list[Disturbance]:
        """As the consumers' log tells."""
        told = (json.loads(line) for line in self.log.read_text().splitlines() if '"lease.lost"' in line)
        return [
            Disturbance(datetime.fromisoformat(each["timestamp"]).timestamp(), "lease lost", each["process"])
            for each in told
        ]

    forks: asyncio.subprocess.Process = field(init=False)


def to(url: str) -> Connect:
    """Opens a service that listens on loopback."""
    parts = urlsplit(url)
    return lambda: asyncio.open_connection(parts.hostname, parts.port)


@asynccontextmanager
async def everything(folder: Path) -> AsyncGenerator[World]:
    """The world, in `folder`, which other users may read; consumers still alive at its end are killed."""
    folder.chmod(0o755)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        database = await enter(embedded_postgres(folder))
        socket = f"{database['DB_HOST']}/.s.PGSQL.{database['DB_PORT']}"
        settings = DatabaseSettings.model_validate({name.lower(): value for name, value in database.items()})
        pool = await enter(connect(settings))
        await migrate(pool, find_migrations(None), Tables())
        aws, sqs = await enter(embedded_aws(folder)), await enter(strict_sqs(max_receives=200))
        heard, claude = FakeTranscriber(tells_apart=True), AnthropicStandin(delay_s=0.2)
        heard.may_answer.set()
        youtube = await enter(YouTubeStandin())
        targets: dict[str, Connect] = {
            "database": lambda: asyncio.open_unix_connection(socket),
            "bucket": to(aws.endpoint),
            "queue": to(sqs.url),
            "transcriber": to(await enter(serving(heard.app()))),
            MODEL: to(await enter(model_api(claude))),
        }
        queue_path = urlsplit(sqs.url).path
        proxies = {name: await enter(FaultProxy(connect).serving()) for name, connect in targets.items()}
        doors: dict[str, Door] = {**proxies, "YouTube": youtube.trouble}
        if disk := stack.enter_context(small_disk(folder / "downloads")):
            doors["disk"] = disk
        address = {name: f"http://127.0.0.1:{door.port}" for name, door in proxies.items()}
        environment = {
            **{name: value for name, value in aws.environment.items() if name != "AWS_ENDPOINT_URL"},
            **youtube.environment,
            "AWS_ENDPOINT_URL_S3": address["bucket"],
            "AWS_ENDPOINT_URL_SQS": address["queue"],
            "SQS_QUEUE_URL": f"{address['queue']}{queue_path}",
            **database,
            "DB_HOST": "127.0.0.1",
            "DB_PORT": str(proxies["database"].port),
            "TRANSCRIBER_URL": address["transcriber"],
            "ANTHROPIC_BASE_URL": address[MODEL],
            "ANTHROPIC_API_KEY": anthropic.KEY,
            "DOWNLOAD_DIR": str(folder / "downloads"),
            **SETTINGS,
        }
        sqs.url = environment["SQS_QUEUE_URL"]  # as its clients know it
        log, scratch = folder / "consumers.log", folder / "downloads" / "lectern"
        lecture = await asyncio.to_thread(samples)
        world = World(pool, sqs, aws, youtube, heard, claude, doors, scratch, log, environment, lecture)
        world.forks = await _forks(world)
        stack.callback(_end, world)
        yield world


async def _forks(world: World) -> asyncio.subprocess.Process:
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "LANG") if name in os.environ}
    command = [sys.executable, "-m", "tests.faults.consumers"]
    with world.log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=output,
            env={**kept, **world.environment, "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1"},
        )


def _end(world: World) -> None:
    for process in world.living:
        world.signal(process, signal.SIGKILL)
    with suppress(ProcessLookupError):
        world.forks.kill()


def processes(having: Callable[[str], bool]) -> list[int]:
    """Those whose environment, as Linux tells it, is like this."""
    found: list[int] = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if having(path.read_text(errors="replace")):
                found.append(int(path.parent.name))
    return found
