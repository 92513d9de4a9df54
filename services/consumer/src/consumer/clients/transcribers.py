"""All transcribers: the least loaded that is ready and has use for a file hears it; one that dies is left out."""

import asyncio
import ipaddress
import socket
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import structlog
from pydantic import SecretStr

from consumer.clients.transcriber import Load, TranscriberClient
from consumer.errors import LecternError, TransientError

log = structlog.get_logger()
FRESH_S = 30.0
"""How long the addresses of a name are believed."""
AT_LEAST = 2
"""Files at one transcriber: while one is heard to its end, the next one's first windows fill the batches."""
SOON_S = 20.0
"""It has use for another file when it would have heard what it has in this time: short files, or a fast GPU."""


class Transcribers:
    """Use as `async with`. `urls` are addresses; a name of http that has several addresses stands for all of them.

    `poll_s` is how often a transcriber is asked whether it has use for a file while none has.
    """

    def __init__(self, urls: Sequence[str], api_key: SecretStr | None = None, poll_s: float = 1.0) -> None:
        self._urls = tuple(url.strip().rstrip("/") for url in urls)
        self._api_key = api_key
        self._poll_s = poll_s
        self._clients: dict[str, TranscriberClient] = {}
        self._fresh_until = 0.0
        self._turn = asyncio.Lock()
        self._left = asyncio.Event()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            await client.close()

    async def check(self) -> dict[str, Any]:
        """What the first that is ready says. Raises as `TranscriberClient.check` where none is."""
        failure: LecternError | None = None
        for client in await self._known():
            try:
                return await client.check()
            except LecternError as error:
                failure = error
        raise failure or TransientError("there is no transcriber")

    async def model(self) -> str:
        """The name of the model that is loaded; all should have the same. Raises as `check` does."""
        return str((await self.check())["model"])

    @asynccontextmanager
    async def place(self) -> AsyncGenerator[TranscriberClient]:
        """The one to send a file to, waited for in turn. Raises as `check` does where none is ready."""
        async with self._turn:
            client = await self._free()
            client.taken += 1
        try:
            yield client
        finally:
            client.taken -= 1
            self._left.set()

    async def can_replace(self, client: TranscriberClient) -> bool:
        """Whether it is gone, and another is ready."""
        with suppress(LecternError):
            return client not in await self._loads()
        return False

    async def _free(self) -> TranscriberClient:
        while True:
            self._left.clear()
            loads = await self._loads()
            useful = [client for client, load in loads.items() if has_use(client, load)]
            if useful:
                return min(useful, key=lambda client: (loads[client].predicted_wait_s, client.taken))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._left.wait(), self._poll_s)

    async def _loads(self) -> Mapping[TranscriberClient, Load]:
        """Of those that are ready. Raises what the last of the others raised where none is."""
        clients = await self._known()
        asked = await asyncio.gather(*(client.load() for client in clients), return_exceptions=True)
        found, failure = dict[TranscriberClient, Load](), None
        for client, load in zip(clients, asked, strict=True):
            if isinstance(load, Load):
                found[client] = load
            elif isinstance(load, LecternError):
                failure = load
            else:
                raise load
        if failure and not found:
            raise failure
        return found

    async def _known(self) -> list[TranscriberClient]:
        """One for each address that the names have now; one that has left them is closed once it is not used."""
        if time.monotonic() > self._fresh_until:
            wanted = {address: url for url in self._urls for address in await addresses(url)}
            for address, url in wanted.items():
                if address not in self._clients:
                    host = None if address == url else urlsplit(url).netloc.rpartition("@")[2]
                    self._clients[address] = TranscriberClient(address, self._api_key, host=host)
            for address in [each for each, client in self._clients.items() if each not in wanted and not client.taken]:
                await self._clients.pop(address).close()
            self._fresh_until = time.monotonic() + FRESH_S
        return list(self._clients.values())


def has_use(client: TranscriberClient, load: Load) -> bool:
    """Whether it has use for another file; what we are still sending to it is not in its figures yet."""
    if max(load.requests, client.taken) < AT_LEAST:
        return True
    return load.predicted_wait_s < SOON_S and client.taken == client.accepted


async def addresses(url: str) -> list[str]:
    """The addresses that an http URL stands for: those of its name where it has several, else itself."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    if parts.scheme != "http" or _is_address(host):
        return [url]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, family=socket.AF_INET, type=socket.SOCK_STREAM)
    except OSError:
        return [url]  # whoever connects says what is wrong
    ips = sorted({str(each[4][0]) for each in found})
    return [f"http://{ip}:{port}{parts.path}" for ip in ips] if len(ips) > 1 else [url]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
