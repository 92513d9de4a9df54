"""A door before a service, which fails as it is told; it knows bytes, and one answer of HTTP."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Literal

Mode = Literal["open", "refuse", "cut", "hang", "unavailable"]
"""refuse new connections; cut those that there are as well; take them and say nothing; answer 503 to each."""
UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
CHUNK = 1 << 16
Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class FaultProxy:
    """Listens on `port` of loopback and passes on to what `connect` opens, while `mode` is open."""

    def __init__(self, connect: Connect) -> None:
        self.mode: Mode = "open"
        self.port = 0
        self._connect = connect
        self._links: set[asyncio.Task[None]] = set()
        self._mended = asyncio.Event()
        self._mended.set()

    def fail(self, mode: Mode) -> None:
        """From now on; open mends it."""
        self.mode = mode
        if mode == "hang":
            self._mended.clear()
        else:
            self._mended.set()
        if mode == "cut":
            for link in self._links:
                link.cancel()

    @asynccontextmanager
    async def serving(self) -> AsyncGenerator["FaultProxy"]:
        """Until the end."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = int(server.sockets[0].getsockname()[1])
        try:
            yield self
        finally:
            server.close()
            for link in self._links:
                link.cancel()
            await asyncio.gather(*self._links, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = asyncio.current_task()
        assert link is not None
        self._links.add(link)
        try:
            with suppress(OSError, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            self._links.discard(link)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode in {"refuse", "cut"}:
            return
        if self.mode == "unavailable":
            await reader.read(CHUNK)
            writer.write(UNAVAILABLE)
            await writer.drain()
            return
        await self._mended.wait()
        theirs, ours = await self._connect()
        try:
            await _first_of(_pass(reader, ours), _pass(theirs, writer))
        finally:
            ours.close()


async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(CHUNK):
        target.write(data)
        await target.drain()


async def _first_of(*passing: Awaitable[None]) -> None:
    """Either end that leaves ends both."""
    tasks = [asyncio.ensure_future(each) for each in passing]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
