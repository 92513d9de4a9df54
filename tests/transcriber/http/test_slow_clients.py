"""Clients that send or read too slowly, or not at all: each is cut off, and holds nothing meanwhile."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from infra.sandbox.processes import LOOPBACK
from infra.sandbox.waiting import wait_until
from tests.support.transcriber.fake_service import HEAD, PATIENCE_S, STALL_S, Served, answer_of, memory_bytes, served
from transcriber.http.server import build_server
from transcriber.http.upload.uploads import UploadLimits


async def refused_while_it_sends(server: Served, piece: bytes) -> tuple[int, str]:
    """Send `piece` again and again until there is an answer; its status and detail."""
    reader, writer = await server.say(HEAD + b"Content-Length: 1000000000\r\n\r\n")

    async def trickle() -> None:
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(STALL_S / 20)

    trickling = asyncio.create_task(trickle())
    status, body = await answer_of(reader)
    trickling.cancel()
    writer.close()
    await server.until_idle()
    return status, json.loads(body)["detail"]


async def test_one_byte_now_and_then_is_too_slow() -> None:
    async with served() as server:
        status, detail = await refused_while_it_sends(server, b"x")
        assert (status, "too slow" in detail) == (408, True)


async def test_an_upload_that_is_just_fast_enough_does_not_hold_its_place_for_ever() -> None:
    async with served() as server:
        server.service.limits = UploadLimits(max_bytes=1 << 40, stall_s=STALL_S, max_waited_s=3 * STALL_S)
        status, detail = await refused_while_it_sends(server, b"x" * 1000)
        assert (status, "an upload may take" in detail) == (408, True)


@pytest.mark.parametrize("said", [b"", b"POST /transcr", HEAD + b"X-A: "], ids=["silent", "half a line", "half a head"])
async def test_a_connection_without_a_whole_head_is_closed(said: bytes) -> None:
    async with served() as server:
        reader, writer = await server.say(said)
        with suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
        writer.close()


async def test_a_second_request_that_stops_in_its_head_is_closed_too() -> None:
    async with served() as server:
        reader, writer = await server.say(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"alive" in await reader.readuntil(b"}")
        writer.write(b"GET /health/live HT")
        with suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
        writer.close()


async def test_a_head_without_end_is_refused_while_it_is_small() -> None:
    async with served() as server:
        before = memory_bytes()
        reader, writer = await server.say(HEAD)
        with suppress(ConnectionError):
            for _ in range(2000):
                writer.write(b"X-Fill: " + b"x" * 10_000 + b"\r\n")
                await writer.drain()
        with suppress(ConnectionError):
            assert (await answer_of(reader))[0] == 400
        assert memory_bytes() - before < 20_000_000
        writer.close()


async def test_a_client_that_never_reads_holds_neither_engine_nor_file(lecture_start: bytes) -> None:
    async with served() as server:
        length = f"Content-Length: {len(lecture_start)}\r\n\r\n".encode()
        _, writer = await server.say(
            HEAD.replace(b"/transcribe", b"/transcribe?format=ndjson") + length + lecture_start
        )
        await server.until_idle()
        writer.close()


@asynccontextmanager
async def endless_answer() -> AsyncGenerator[tuple[socket.socket, asyncio.Event]]:
    """A client with small buffers that has asked for an answer without end; and whether that has ended."""
    ended = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 100_000
                await asyncio.sleep(0)
        finally:
            ended.set()

    app = FastAPI()
    app.get("/")(lambda: StreamingResponse(endless()))
    server = build_server(app, STALL_S, most=10)
    with socket.create_server((LOOPBACK, 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_000)
            client.connect(listener.getsockname())
            client.setblocking(False)
            client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            yield client, ended
        await wait_until(lambda: not server.server_state.connections)
        server.should_exit = True
        await serving


async def test_a_connection_that_is_not_read_is_cut_when_the_buffers_are_full() -> None:
    async with endless_answer() as (_, ended):
        await asyncio.wait_for(ended.wait(), PATIENCE_S)


async def test_a_client_that_reads_slowly_is_not_cut() -> None:
    async with endless_answer() as (client, ended):
        for _ in range(60):
            assert await asyncio.get_running_loop().sock_recv(client, 20_000)
            await asyncio.sleep(STALL_S / 15)
        assert not ended.is_set()
