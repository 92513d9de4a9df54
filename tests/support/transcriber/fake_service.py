"""The whole service in this process, on loopback, with a fake model: its spool, slots and engine can be looked into."""

import asyncio
import socket
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import uvicorn

from infra.sandbox.processes import LOOPBACK
from infra.sandbox.waiting import wait_until
from tests.support.transcriber.fakes import FakeBackend
from transcriber.http.app import create_app
from transcriber.http.model_loading import LoadModel
from transcriber.http.server import build_server
from transcriber.http.service import Service
from transcriber.model.backend import Backend
from transcriber.settings import Settings

STALL_S = 0.6
HEAD = b"POST /transcribe HTTP/1.1\r\nHost: x\r\n"
PATIENCE_S = 10 * STALL_S


@dataclass
class Served:
    """A running service."""

    service: Service
    backend: FakeBackend
    port: int
    client: httpx.AsyncClient
    fatal: asyncio.Event

    async def post(self, file: bytes, **fields: str) -> httpx.Response:
        """A form, as curl -F sends it."""
        return await self.client.post("/transcribe", files={"file": ("talk.mp3", file)}, data=fields)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A bare connection."""
        return await asyncio.open_connection(LOOPBACK, self.port)

    async def say(self, text: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A bare connection on which `text` has been sent."""
        reader, writer = await self.connect()
        writer.write(text)
        await writer.drain()
        return reader, writer

    def break_after_a_segment(self) -> None:
        """The model fails for good once a client has been given a segment; for one worker and batches of one."""
        warm = len(self.backend.calls)

        def trouble(_: Sequence[int]) -> None:
            until = time.monotonic() + PATIENCE_S
            while len(self.backend.calls) > warm and time.monotonic() < until:
                if self.metric("stage_seconds_count", stage="first_segment"):
                    raise RuntimeError("broken")
                time.sleep(0.01)

        self.backend.trouble = trouble

    async def left(self, content: bytes, output_format: str) -> None:
        """A client sends a file and is gone once the model is at it."""
        self.backend.unblocked.clear()
        head = HEAD.replace(b"/transcribe", b"/transcribe?format=" + output_format.encode())
        _, writer = await self.say(head + f"Content-Length: {len(content)}\r\n\r\n".encode() + content)
        await asyncio.to_thread(self.backend.busy.wait, 10)
        writer.transport.abort()

    def uploads(self) -> list[Path]:
        """Files of requests under way."""
        return list(self.service.spool.iterdir())

    def is_idle(self) -> bool:
        """Whether nothing is left of any request."""
        engine = self.service.engine
        return not self.uploads() and not self.service.slots.taken and (engine is None or not engine.queued_audio_s)

    async def until_idle(self, timeout_s: float = 5) -> None:
        """Wait until nothing is left of any request."""
        await wait_until(self.is_idle, timeout_s, "no file, place or work is left of the request")

    def metric(self, name: str, **labels: str) -> float:
        """A figure that Prometheus would get; 0 where it has never been counted."""
        return self.service.metrics.registry.get_sample_value(f"transcriber_{name}", labels) or 0.0


@asynccontextmanager
async def served(
    backend: FakeBackend | None = None,
    load: LoadModel | None = None,
    *,
    ready: bool = True,
    most_connections: int = 1000,
    **settings: Any,
) -> AsyncGenerator[Served]:
    """The service, ready unless `ready` is false; `load` may be something else than handing over `backend`."""
    backend = backend or FakeBackend()

    def hand_over(_: Settings) -> Sequence[Backend]:
        return [backend]

    fatal = asyncio.Event()
    usual = {"whisper_window_seconds": 10, "client_timeout_seconds": STALL_S, "abandoned_seconds": 0}
    values: dict[str, Any] = {**usual, **settings}
    app = create_app(Settings(**values), load or hand_over, fatal.set)
    server = build_server(app, app.state.service.settings.client_timeout_seconds, most_connections)
    with socket.create_server((LOOPBACK, 0), backlog=256) as listener:
        port = int(listener.getsockname()[1])
        async with (
            running(server, listener),
            httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{port}", timeout=30, trust_env=False) as client,
        ):
            found = Served(app.state.service, backend, port, client, fatal)
            await wait_until(lambda: not (ready and found.service.not_ready()), 10, "it is ready")
            try:
                yield found
            finally:
                backend.unblocked.set()


@asynccontextmanager
async def running(server: uvicorn.Server, listener: socket.socket) -> AsyncGenerator[None]:
    """What `serve` does, without the tenths of a second that it sleeps before it looks: hundreds of tests start one."""
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup([listener])
    await server.on_tick(0)
    try:
        yield
    finally:
        for each in server.servers:
            each.close()
        for connection in list(server.server_state.connections):
            connection.shutdown()
        await wait_until(lambda: not server.server_state.connections and not server.server_state.tasks, PATIENCE_S)
        await server.lifespan.shutdown()


def sockets() -> int:
    """TCP connections that this process holds."""
    return len(psutil.Process().net_connections("tcp"))


def memory_bytes() -> int:
    """What this process has in memory."""
    return psutil.Process().memory_info().rss


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of an answer whose connection ends with it."""
    said = b""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while part := await reader.read(1 << 16):
                said += part
    except ConnectionResetError:  # nobody read what was still being sent when the answer was there
        if not said:
            raise
    head, _, body = said.partition(b"\r\n\r\n")
    return int(head.split()[1]), body
