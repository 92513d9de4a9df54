"""The app's life: loading, ready, full, stopping, failed; and that it goes on answering meanwhile."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.fake_service import Served, served
from tests.support.transcriber.fakes import FakeBackend
from transcriber.errors import ConfigError
from transcriber.model.backend import Backend
from transcriber.settings import Settings

LOSS = RuntimeError("CUDA failed with error an illegal memory access was encountered")


async def test_while_the_model_loads_it_is_alive_but_not_ready(lecture_start: bytes) -> None:
    go_on = threading.Event()

    def load(_: Settings) -> Sequence[Backend]:
        go_on.wait(20)
        return [FakeBackend()]

    async with served(load=load, ready=False) as server:
        assert (await server.client.get("/health/live")).status_code == 200
        ready = await server.client.get("/health/ready")
        assert (ready.status_code, ready.json()["reason"]) == (503, "the model is loading")
        refused = await server.post(lecture_start)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
        assert refused.json()["type"] == "urn:lectern:NotReady"
        go_on.set()
        await wait_until(lambda: server.service.not_ready() is None)
        assert (await server.post(lecture_start)).status_code == 200


async def test_a_client_stays_away_as_long_again_as_the_start_has_taken() -> None:
    go_on = threading.Event()

    def load(_: Settings) -> Sequence[Backend]:
        go_on.wait(20)
        return [FakeBackend()]

    async with served(load=load, ready=False) as server:
        server.service._began_at -= 100  # pyright: ignore[reportPrivateUsage] - a download of 100 s
        for path in ("/health/ready", "/v1/models"):
            answer = await server.client.get(path)
            assert (answer.status_code, 100 <= int(answer.headers["retry-after"]) <= 110) == (503, True)
        go_on.set()


async def test_it_is_not_ready_before_it_is_warm() -> None:
    backend = FakeBackend()
    backend.unblocked.clear()
    async with served(backend, ready=False) as server:
        await asyncio.to_thread(backend.busy.wait, 10)
        ready = await server.client.get("/health/ready")
        assert (ready.status_code, ready.json()["reason"]) == (503, "the model is warming up")
        backend.unblocked.set()
        await wait_until(lambda: server.service.not_ready() is None)


async def test_a_model_that_cannot_be_loaded_is_fatal_and_said() -> None:
    def load(_: Settings) -> Sequence[Backend]:
        raise ConfigError("WHISPER_MODEL='x' could not be loaded")

    async with served(load=load, ready=False) as server:
        await asyncio.wait_for(server.fatal.wait(), 5)
        reason = (await server.client.get("/health/ready")).json()["reason"]
        assert reason == "the service must restart: WHISPER_MODEL='x' could not be loaded"


async def test_a_bug_while_loading_is_fatal_too() -> None:
    def load(_: Settings) -> Sequence[Backend]:
        raise ZeroDivisionError("a bug")

    async with served(load=load, ready=False) as server:
        await asyncio.wait_for(server.fatal.wait(), 5)
        assert isinstance(server.service.fatal, ZeroDivisionError)


async def test_a_lost_gpu_fails_readiness_and_every_request(lecture_start: bytes) -> None:
    async with served() as server:

        def trouble(_: Sequence[int]) -> None:
            raise LOSS

        server.backend.trouble = trouble
        answer = await server.post(lecture_start)
        assert (answer.status_code, answer.json()["title"]) == (500, "GPU failed")
        await asyncio.wait_for(server.fatal.wait(), 5)
        ready = await server.client.get("/health/ready")
        assert (ready.status_code, "must restart" in ready.json()["reason"]) == (503, True)
        assert (await server.post(lecture_start)).status_code == 503


async def test_others_are_answered_while_the_model_works(lecture_start: bytes) -> None:
    async with served() as server:
        server.backend.unblocked.clear()
        waiting = asyncio.create_task(server.post(lecture_start))
        await asyncio.to_thread(server.backend.busy.wait, 10)
        for path in ("/health/live", "/health/ready", "/metrics", "/", "/openapi.json"):
            assert (await server.client.get(path, timeout=2)).status_code == 200
        server.backend.unblocked.set()
        assert (await waiting).status_code == 200


async def queue_a_lecture(server: Served, lecture: Path) -> "asyncio.Task[object]":
    """Start a request that the model does not finish."""
    server.backend.unblocked.clear()
    task = asyncio.create_task(server.post(lecture.read_bytes()))
    await asyncio.to_thread(server.backend.busy.wait, 10)
    return task


async def test_a_full_queue_says_when_to_come_back(lecture: Path, lecture_start: bytes) -> None:
    async with served(max_queue_seconds=0.5) as server:
        waiting = await queue_a_lecture(server, lecture)
        refused = await server.post(lecture_start)
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:lectern:Overloaded")
        assert 1 <= int(refused.headers["retry-after"]) < 100
        assert (await server.client.get("/health/ready")).json()["queued_audio_s"] > 10
        assert server.metric("rejected_total", reason="Overloaded") == 1
        server.backend.unblocked.set()
        await waiting
        assert (await server.post(lecture_start)).status_code == 200


async def test_a_full_queue_is_said_before_the_body_is_sent(lecture: Path) -> None:
    async with served(max_queue_seconds=0.5) as server:
        waiting = await queue_a_lecture(server, lecture)
        head = b"POST /transcribe HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
        reader, writer = await server.say(head)
        assert (await reader.readline()).startswith(b"HTTP/1.1 503")
        writer.close()
        server.backend.unblocked.set()
        await waiting


async def test_a_place_is_held_until_the_answer_is_sent(lecture: Path, lecture_start: bytes) -> None:
    async with served(max_requests=1) as server:
        waiting = await queue_a_lecture(server, lecture)
        refused = await server.post(lecture_start)
        assert (refused.status_code, refused.json()["detail"]) == (503, "1 requests are under way: try again later")
        server.backend.unblocked.set()
        await waiting
        assert (await server.post(lecture_start)).status_code == 200


@pytest.mark.parametrize("header", [{"Authorization": "Bearer sesame"}, {"X-API-Key": "sesame"}])
async def test_no_secret_is_logged(lecture_start: bytes, header: dict[str, str]) -> None:
    with capture_logs() as lines:
        async with served(api_key="sesame") as server:
            files = {"file": lecture_start}
            assert (await server.client.post("/transcribe", files=files, headers=header)).status_code == 200
            assert (await server.client.post("/transcribe", files=files)).status_code == 401
            key = {name: value[:-1] for name, value in header.items()}
            assert (await server.client.post("/transcribe", files=files, headers=key)).status_code == 401
    assert "sesam" not in str(lines)
    assert [line["status"] for line in lines if line["event"] == "request"] == [200, 401, 401]


async def test_a_request_is_one_line_that_says_what_happened(lecture_start: bytes) -> None:
    with capture_logs() as lines:
        async with served() as server:
            await server.post(lecture_start, format="ndjson")
            await server.client.get("/health/live")
            await server.post(b"no sound", format="ndjson")
    good, bad = (line for line in lines if line["event"] == "request")
    assert (good["route"], good["status"], good["language"]) == ("/transcribe", 200, "en")
    assert good["bytes_in"] > len(lecture_start)
    assert good["audio_s"] > 5
    assert bad["error"] == "NotAudio"


async def test_a_mistake_of_ours_is_a_problem_without_its_cause(lecture_start: bytes) -> None:
    async with served() as server:
        server.service.limits = None  # pyright: ignore[reportAttributeAccessIssue] - a bug, made on purpose
        answer = await server.post(lecture_start)
        assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
        assert answer.json()["detail"] == "the service made a mistake; its log names this request id"
        assert server.metric("http_requests_total", route="/transcribe", status="500") == 1
        assert (await server.client.get("/health/live")).status_code == 200
