"""More clients than descriptors: each is told to come back, the log stays short, and it is over when they leave."""

import asyncio
import json
import resource

import httpx

from infra.sandbox.processes import LOOPBACK, Part
from infra.sandbox.waiting import wait_until
from tests.support.transcriber.fake_service import answer_of, served, sockets
from tests.support.transcriber.serving import transcriber

DESCRIPTORS = 200


async def test_one_connection_too_many_is_told_when_to_come_back(lecture_start: bytes) -> None:
    async with served(most_connections=3) as server:
        await server.post(lecture_start)
        before = sockets()
        held = [await server.connect() for _ in range(2)]
        await wait_until(lambda: sockets() >= before + 4, what="they are accepted")
        reader, last = await server.say(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        status, body = await answer_of(reader)
        assert (status, json.loads(body)["title"]) == (503, "Too many connections")
        for writer in (*(writer for _, writer in held), last):
            writer.close()
        await wait_until(lambda: sockets() <= before, what="they are gone")
        assert (await server.post(lecture_start)).status_code == 200


async def test_a_crowd_beyond_all_descriptors_costs_a_line_a_second_and_nothing_after(
    lecture_start: bytes,
) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    async with transcriber() as (url, part), httpx.AsyncClient(base_url=url, timeout=30) as client:
        resource.prlimit(part.process.pid, resource.RLIMIT_NOFILE, (DESCRIPTORS, hard))
        crowd = [await asyncio.open_connection(LOOPBACK, int(url.rpartition(":")[2])) for _ in range(DESCRIPTORS + 100)]
        await asyncio.sleep(0)
        await wait_until(lambda: lines(part) > 0, 10, "the log says so")
        for _, writer in crowd:
            writer.close()

        async def is_served() -> bool:
            return (await client.post("/transcribe", files={"file": lecture_start})).status_code == 200

        await wait_until(is_served, 10, "it recovers at once")
        assert lines(part) < 15


def lines(part: Part) -> int:
    return sum("descriptors.out" in line for line in part.log.read_text().splitlines())
