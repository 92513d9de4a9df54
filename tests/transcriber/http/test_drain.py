"""A stop: what is under way has its grace, uploads too; what does not end in it is told when to come again."""

import asyncio
import json
from pathlib import Path

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.fake_service import HEAD, answer_of, served


def length(file: bytes) -> bytes:
    """The rest of the head of an upload."""
    return f"Content-Length: {len(file)}\r\nConnection: close\r\n\r\n".encode()


async def test_a_stop_refuses_new_files_and_finishes_those_under_way(lecture: Path, lecture_start: bytes) -> None:
    async with served() as server:
        waiting = asyncio.create_task(server.post(lecture_start))
        server.backend.unblocked.clear()
        await asyncio.to_thread(server.backend.busy.wait, 10)
        draining = asyncio.create_task(server.service.drain(asyncio.Event()))
        await wait_until(lambda: server.service.stopping)
        refused = await server.post(lecture.read_bytes())
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:lectern:Draining")
        assert (await server.client.get("/health/ready")).json()["reason"] == "the server is shutting down"
        server.backend.unblocked.set()
        assert (await waiting).status_code == 200
        assert await draining == 0


async def test_what_does_not_end_within_the_grace_is_dropped_counted_and_told(lecture: Path) -> None:
    async with served(drain_seconds=0.1) as server:
        waiting = asyncio.create_task(server.post(lecture.read_bytes()))
        server.backend.unblocked.clear()
        await asyncio.to_thread(server.backend.busy.wait, 10)
        assert await server.service.drain(asyncio.Event()) == 1
        answer = await waiting
        assert (answer.status_code, answer.json()["detail"]) == (
            503,
            "the server is shutting down: send the file again",
        )


async def test_an_upload_that_ends_within_the_grace_is_answered(lecture_start: bytes) -> None:
    async with served(client_timeout_seconds=20) as server:
        reader, writer = await server.say(HEAD + length(lecture_start) + lecture_start[:1000])
        await wait_until(lambda: len(server.uploads()) == 1)
        draining = asyncio.create_task(server.service.drain(asyncio.Event()))
        await wait_until(lambda: server.service.stopping)
        writer.write(lecture_start[1000:])
        assert (await answer_of(reader))[0] == 200
        assert await draining == 0
        writer.close()


async def test_an_upload_that_does_not_is_dropped_counted_and_told_when_to_come_back(lecture_start: bytes) -> None:
    async with served(drain_seconds=0.1, client_timeout_seconds=20) as server:
        reader, writer = await server.say(HEAD + length(lecture_start) + lecture_start[:1000])
        await wait_until(lambda: len(server.uploads()) == 1)
        assert await server.service.drain(asyncio.Event()) == 1
        head = await reader.readuntil(b"\r\n\r\n")
        problem = json.loads(await reader.readuntil(b"}"))
        assert head.startswith(b"HTTP/1.1 503")
        assert b"\r\nretry-after: 1" in head.lower()
        assert (problem["type"], problem["detail"]) == (
            "urn:lectern:Draining",
            "the server is shutting down: send the file again",
        )
        writer.close()
        await server.until_idle()


async def test_hurry_ends_the_grace_of_uploads_too(lecture_start: bytes) -> None:
    async with served(drain_seconds=600, client_timeout_seconds=20) as server:
        hurry = asyncio.Event()
        reader, writer = await server.say(HEAD + length(lecture_start) + lecture_start[:1000])
        await wait_until(lambda: len(server.uploads()) == 1)
        draining = asyncio.create_task(server.service.drain(hurry))
        hurry.set()
        assert await draining == 1
        assert (await reader.readline()).startswith(b"HTTP/1.1 503")
        writer.close()


async def test_whoever_comes_during_a_stop_is_sent_beyond_its_end(lecture_start: bytes) -> None:
    async with served(drain_seconds=100, client_timeout_seconds=20) as server:
        hurry = asyncio.Event()
        _, writer = await server.say(HEAD + length(lecture_start) + lecture_start[:1000])
        await wait_until(lambda: len(server.uploads()) == 1)
        draining = asyncio.create_task(server.service.drain(hurry))
        await wait_until(lambda: server.service.stopping)
        refused = await server.post(lecture_start)
        ready = await server.client.get("/health/ready")
        for answer in (refused, ready):
            assert answer.status_code == 503
            assert 100 <= int(answer.headers["retry-after"]) <= 120
        hurry.set()
        await draining
        writer.close()
