"""The whole of Lectern on this machine: Postgres, SQS, S3, YouTube, the transcriber and the consumer."""

import asyncio
import json
import shutil
import signal
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncpg

from infra.sandbox.aws import Aws, embedded_aws
from infra.sandbox.paths import POCKET_MODEL, SAMPLE
from infra.sandbox.postgres import embedded_postgres
from infra.sandbox.processes import LOOPBACK, Part, PartFailed, answers, free_port, spawn
from infra.sandbox.standins.youtube import LECTURE_ID, Video, YouTubeStandin
from infra.sandbox.standins.youtube.videos import VIDEOS
from infra.sandbox.waiting import wait_until

MODEL = {
    "WHISPER_MODEL": str(POCKET_MODEL),
    "WHISPER_WINDOW_SECONDS": "10",
    "WHISPER_COMPUTE_TYPE": "float32",  # the same words on every processor: int8 depends on its instructions
}


@dataclass
class EmbeddedSystem:
    """`async with` it. `media` is what the stand-in for YouTube serves; without one the real YouTube is used.

    `model` names the transcriber's model, by its settings. `consumer_settings` are added to the consumer's; a port of 0
    is chosen.
    """

    media: Path | None = SAMPLE
    bytes_a_second: int | None = None
    model: Mapping[str, str] = field(default_factory=lambda: MODEL)
    consumer_settings: Mapping[str, str] = field(default_factory=dict[str, str])
    transcriber_port: int = 0
    aws: Aws = field(init=False)
    environment: dict[str, str] = field(init=False)
    folder: Path = field(init=False)
    parts: dict[str, Part] = field(init=False, default_factory=dict[str, Part])

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lectern-system-"))
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o755)  # Postgres runs as another user when we are root
        self._transcriber_port = self.transcriber_port or free_port()
        self._health_port = free_port()
        enter = self._stack.enter_async_context
        transcriber = asyncio.create_task(self.start_transcriber(wait=False))
        self._stack.push_async_callback(self._stop, "transcriber", transcriber)
        database = await enter(embedded_postgres(self.folder))
        self.aws = await enter(embedded_aws(self.folder))
        site = await enter(self._site(self.media)) if self.media else None
        self.environment = {
            **self.aws.environment,
            **database,
            **(site.environment if site else {}),
            "TRANSCRIBER_URL": self.transcriber_url,
            "DOWNLOAD_DIR": str(self.folder / "downloads"),
            "HEALTH_HOST": LOOPBACK,
            "HEALTH_PORT": str(self._health_port),
            "POLL_SECONDS": "2",
            "DRAIN_SECONDS": "20",
            **self.consumer_settings,
        }
        await self.lectern("migrate")
        await transcriber
        await self._transcriber_ready()
        consumer = asyncio.create_task(self.start_consumer())
        self._stack.push_async_callback(self._stop, "consumer", consumer)
        await asyncio.shield(consumer)

    def _site(self, media: Path) -> YouTubeStandin:
        """Its one video is called as the file is, unless it is the sample, which has a title of its own."""
        title = Video().title if media == SAMPLE else media.stem
        return YouTubeStandin(media, self.bytes_a_second, {**VIDEOS, LECTURE_ID: Video(title=title)})

    @property
    def transcriber_url(self) -> str:
        """Where the transcriber listens."""
        return f"http://{LOOPBACK}:{self._transcriber_port}"

    async def start_transcriber(self, *, wait: bool = True) -> None:
        """Start it, or start it again after a kill."""
        settings = {**self.model, "HOST": LOOPBACK, "PORT": str(self._transcriber_port), "DRAIN_SECONDS": "5"}
        self.parts["transcriber"] = await spawn(
            "transcriber", ["transcriber"], settings, self.folder / "transcriber.log"
        )
        if wait:
            await self._transcriber_ready()

    async def start_consumer(self) -> None:
        """Start it, or start it again after a kill."""
        part = await spawn("consumer", ["lectern", "consume"], self.environment, self.folder / "consumer.log")
        self.parts["consumer"] = part
        await part.until(lambda: answers(f"http://{LOOPBACK}:{self._health_port}/health"))

    async def lectern(self, *command: str) -> str:
        """Run one of the operator's commands; what it printed. Raises PartFailed with it."""
        part = await spawn("lectern", ["lectern", *command], self.environment, self.folder / "lectern.log")
        if await part.process.wait() != 0:
            raise PartFailed(f"lectern {' '.join(command)} failed:\n{part.last_words()}")
        return part.log.read_text()

    async def send(self, body: str | dict[str, str]) -> None:
        """Put a message on the queue, as any producer would."""
        text = body if isinstance(body, str) else json.dumps(body)
        await asyncio.to_thread(self.aws.client("sqs").send_message, QueueUrl=self.aws.queue_url, MessageBody=text)

    async def row(self, video_id: str) -> dict[str, Any] | None:
        """A video's row, read past the consumer."""
        found = await self.query("SELECT * FROM video WHERE id = $1", video_id)
        return found[0] if found else None

    async def query(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Rows of any statement."""
        settings = self.environment
        connection = await asyncpg.connect(
            host=settings["DB_HOST"], port=int(settings["DB_PORT"]), user="postgres", database="postgres", ssl=False
        )
        try:
            return [dict(row) for row in await connection.fetch(sql, *values)]
        finally:
            await connection.close()

    async def read_object(self, key: str) -> bytes:
        """An object of the bucket."""
        get = self.aws.client("s3").get_object
        answer = await asyncio.to_thread(get, Bucket=self.aws.bucket, Key=key)
        return await asyncio.to_thread(answer["Body"].read)

    async def kill(self, name: str) -> None:
        """SIGKILL, as the kernel or an operator in a hurry would."""
        await self.parts[name].stop(signal.SIGKILL)

    async def _transcriber_ready(self) -> None:
        await self.parts["transcriber"].until(lambda: answers(f"{self.transcriber_url}/health/ready"))

    async def _stop(self, name: str, starting: asyncio.Task[None]) -> None:
        """A part that is just being started is ended as well."""
        await wait_until(lambda: starting.done() or name in self.parts)
        starting.cancel()
        if name in self.parts:
            await self.parts[name].stop()
