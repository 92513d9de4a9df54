"""A server on loopback, with a certificate, that is told of jobs."""

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import trustme

from infra.sandbox.processes import LOOPBACK


@dataclass
class Told:
    """One request: its path, its headers in small letters, its body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """What the body says."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answers with `statuses` in turn, then with 204; `told` is what it got, `trusts` who trusts its certificate."""

    port: int
    trusts: ssl.SSLContext
    statuses: list[int] = field(default_factory=list[int])
    told: list[Told] = field(default_factory=list[Told])

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.told.append(Told(first.split()[1], headers, body))
        status = self.statuses.pop(0) if self.statuses else 204
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nLocation: /x\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(name: str = "localhost") -> AsyncGenerator[Receiver]:
    """A receiver whose certificate is for `name`."""
    authority: Any = trustme.CA()  # its types know an SSL library that is not here
    serving, trusts = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert(name).configure_cert(serving)
    authority.configure_trust(trusts)
    receiver = Receiver(0, trusts)
    async with await asyncio.start_server(receiver.answer, LOOPBACK, 0, ssl=serving) as server:
        receiver.port = server.sockets[0].getsockname()[1]
        yield receiver
