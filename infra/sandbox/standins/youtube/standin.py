"""The server: a CONNECT proxy on loopback that answers for YouTube's hosts with a throw-away certificate."""

import asyncio
import json
import ssl
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import parse_qs, urlsplit

import trustme

from infra.sandbox.paths import SAMPLE
from infra.sandbox.standins.youtube.lists import list_answer
from infra.sandbox.standins.youtube.media import Media, encode
from infra.sandbox.standins.youtube.player import PLAYER_PATH, SCRIPT
from infra.sandbox.standins.youtube.site import manifest, may_list, may_play, player_answer, watch_page
from infra.sandbox.standins.youtube.trouble import Trouble
from infra.sandbox.standins.youtube.videos import VIDEOS, Video

HOSTS = ("*.youtube.com", "youtube.com", "*.googlevideo.com", "*.ytimg.com")
SUFFIXES = (".youtube.com", ".googlevideo.com", ".ytimg.com")
CHUNK = 1 << 14


@dataclass
class Request:
    """One request inside a tunnel."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


@dataclass
class YouTubeStandin:
    """`async with` it. `media` is any audio file, the sound of every video; `bytes_a_second` slows the download down.

    `videos` are the ids that are not simply `media`. `listed` are ids and titles in every playlist and channel.
    `requests` counts paths, `languages` the tracks sent. `trouble` is the whole site's, a video's `fault` its own.
    """

    media: Path = SAMPLE
    bytes_a_second: int | None = None
    videos: dict[str, Video] = field(default_factory=lambda: dict(VIDEOS))
    listed: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    requests: list[str] = field(default_factory=list[str])
    languages: list[str] = field(default_factory=list[str])
    trouble: Trouble = field(default_factory=Trouble)
    host: str = "127.0.0.1"
    port: int = 0

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="youtube-")))
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        cast("Any", authority.issue_cert(*HOSTS)).configure_cert(self._tls)
        self._media = await asyncio.to_thread(encode, self.media, folder)
        self._tunnels: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._accept, self.host, self.port)
        port = cast("int", self._server.sockets[0].getsockname()[1])
        self.environment = {"HTTPS_PROXY": f"http://{self.host}:{port}", "SSL_CERT_FILE": str(folder / "ca.pem")}
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._server.close()
        for tunnel in self._tunnels:
            tunnel.cancel()
        await asyncio.gather(*self._tunnels, return_exceptions=True)
        await self._stack.aclose()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._tunnels.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
                await self._tunnel(reader, writer)
        finally:
            self._tunnels.discard(task)
            writer.close()
            with suppress(ConnectionError, ssl.SSLError, AttributeError):  # the last: 3.11, once TLS has given up
                writer.transport.abort()

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await _read_request(reader)
        host = request.path.rsplit(":", 1)[0] if request else ""
        if request is None or request.method != "CONNECT" or not f".{host}".endswith(SUFFIXES):
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        await writer.start_tls(self._tls)
        while inner := await _read_request(reader):
            self.requests.append(inner.path)
            await self._answer(inner, writer)

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if status := self.trouble.status(request.path):
            await _send(writer, status, b"", "text/plain")
        elif request.path == "/videoplayback":
            await self._play(request, writer)
        elif request.path.startswith("/videoplayback/id/"):
            await self._play_fragment(request.path, writer)
        elif request.path in ("/playlist", "/youtubei/v1/browse") or request.path.endswith("/videos"):
            await _send(writer, 200, *list_answer(self.listed, request.body))
        else:
            await _send(writer, *self._page(request))

    def _page(self, request: Request) -> tuple[int, bytes, str]:
        """Status, body and type of everything but media."""
        match request.path.strip("/").split("/"):
            case ["watch"] | ["embed", _]:
                return 200, watch_page(), "text/html"
            case ["youtubei", "v1", "player"]:
                youtube_id = json.loads(request.body)["videoId"]
                answer = player_answer(youtube_id, self._video(youtube_id), self._sound(youtube_id))
                return 200, json.dumps(answer).encode(), "application/json"
            case ["youtubei", "v1", "next"]:
                return 200, b'{"contents": {}}', "application/json"
            case ["s", "player", *_] if request.path == PLAYER_PATH:
                return 200, SCRIPT.encode(), "text/javascript"
            case ["api", "manifest", "dash", "id", youtube_id, *_] if may_list(request.path):
                return 200, manifest(youtube_id, self._sound(youtube_id)), "application/dash+xml"
            case _:
                return 404, b"", "text/plain"

    def _video(self, youtube_id: str) -> Video:
        return self.videos.get(youtube_id, Video())

    def _sound(self, youtube_id: str) -> Media:
        return self._video(youtube_id).media or self._media

    async def _play_fragment(self, path: str, writer: asyncio.StreamWriter) -> None:
        _, _, _, youtube_id, *_, number = path.split("/")
        fragments = self._sound(youtube_id).fragments
        at, last = int(number), len(fragments) - 1
        if at > last or (self._video(youtube_id).fault == "missing_fragment" and at == last // 2):
            return await _send(writer, 403, b"", "text/plain")
        fragment, half = fragments[at], len(fragments[at]) // 2
        writer.write(_head(200, len(fragment), "audio/mp4") + fragment[:half])
        await writer.drain()
        await self.trouble.meet()
        writer.write(fragment[half:])
        return await writer.drain()

    async def _play(self, request: Request, writer: asyncio.StreamWriter) -> None:
        youtube_id = request.query.get("id", [""])[0]
        fault = self._video(youtube_id).fault
        if fault == "forbidden" or not may_play(request.query):
            await _send(writer, 403, b"", "text/plain")
            return
        self.languages += request.query.get("lang", [])
        media = b"" if fault == "empty" else self._sound(youtube_id).whole
        start, end = _range(request, len(media))
        size = f"Content-Range: bytes {start}-{end - 1}/{len(media)}\r\nContent-Length: {end - start}\r\n"
        writer.write(f"HTTP/1.1 206 Partial Content\r\nContent-Type: audio/mp4\r\n{size}\r\n".encode())
        for at in range(start, end, CHUNK):
            if fault == "reset" and at > len(media) // 2 and start == 0:
                raise ConnectionResetError
            if fault == "stall" and at > len(media) // 2:
                await asyncio.Event().wait()
            writer.write(media[at : min(at + CHUNK, end)])
            await writer.drain()
            await self.trouble.meet()
            if self.bytes_a_second:
                await asyncio.sleep(CHUNK / self.bytes_a_second)


def _range(request: Request, size: int) -> tuple[int, int]:
    wanted = request.headers.get("range") or "bytes=" + request.query.get("range", ["0-"])[0]
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    return min(int(first or 0), size), min(int(last) + 1, size) if last else size


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    line = await reader.readline()
    if not line.strip():
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (header := await reader.readline()).strip():
        name, _, value = header.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    parts = urlsplit(target) if method != "CONNECT" else urlsplit("")
    return Request(method, parts.path or target, parse_qs(parts.query), headers, body)


async def _send(writer: asyncio.StreamWriter, status: int, body: bytes, media_type: str) -> None:
    writer.write(_head(status, len(body), media_type) + body)
    await writer.drain()


def _head(status: int, length: int, media_type: str) -> bytes:
    return f"HTTP/1.1 {status} -\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n".encode()
