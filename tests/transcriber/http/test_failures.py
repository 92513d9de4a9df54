"""A failure is counted and logged alike, whether the answer has begun or not."""

from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.fake_service import HEAD, Served, served

STREAM = {"stream": "true", "language": "en"}
ROUTES = [
    ("/transcribe", {"language": "en"}),
    ("/transcribe", {"format": "ndjson", "language": "en"}),
    ("/v1/audio/transcriptions", STREAM),
]


async def send(server: Served, route: str, fields: dict[str, str], file: bytes) -> str:
    return (await server.client.post(route, files={"file": ("talk.mp3", file)}, data=fields)).text


@pytest.mark.parametrize(("route", "fields"), ROUTES)
async def test_a_file_that_is_no_audio(route: str, fields: dict[str, str], lecture: Path) -> None:
    with capture_logs() as lines:
        async with served() as server:
            assert "NotAudio" in await send(server, route, fields, lecture.with_suffix(".txt").read_bytes())
            assert server.metric("errors_total", type="NotAudio") == 1
    line = next(line for line in lines if line["event"] == "request")
    assert (line["error"], line["error_status"], line["log_level"]) == ("NotAudio", 415, "info")
    assert line["detail"] == "this is not an audio or video file that can be read"


@pytest.mark.parametrize(("route", "fields"), ROUTES)
async def test_a_model_that_fails_in_the_middle(route: str, fields: dict[str, str], lecture: Path) -> None:
    with capture_logs() as lines:
        async with served(batch_size=1, model_workers=1) as server:
            server.break_after_a_segment()
            assert "ModelError" in await send(server, route, fields, lecture.read_bytes())
            assert server.metric("errors_total", type="ModelError") == 1
            await server.until_idle()
    line = next(line for line in lines if line["event"] == "request")
    assert (line["error"], line["error_status"], line["log_level"]) == ("ModelError", 500, "error")


@pytest.mark.parametrize("form", ["json", "ndjson"])
async def test_a_client_that_leaves(form: str, lecture: Path) -> None:
    with capture_logs() as lines:
        async with served() as server:
            await server.left(lecture.read_bytes(), form)
            await wait_until(lambda: server.metric("errors_total", type="Cancelled") == 1)
            assert server.metric("cancelled_total") == 1
    assert [line["error"] for line in lines if line["event"] == "request"] == ["Cancelled"]


async def test_a_client_that_leaves_while_it_sends_is_counted_as_one_that_left() -> None:
    async with served(client_timeout_seconds=20) as server:
        _, writer = await server.say(HEAD + b"Content-Length: 1000000\r\n\r\nabc")
        await wait_until(lambda: len(server.uploads()) == 1)
        writer.close()
        await wait_until(lambda: server.metric("cancelled_total") == 1)


async def test_what_a_model_thread_logs_names_the_requests(lecture: Path) -> None:
    merged = structlog.contextvars.merge_contextvars
    with capture_logs(processors=[merged]) as lines:
        async with served(batch_size=1, model_workers=1) as server:
            server.break_after_a_segment()
            headers = {"X-Request-ID": "mine"}
            await server.client.post("/transcribe?language=en", content=lecture.read_bytes(), headers=headers)
    assert {str(line["requests"]) for line in lines if line["event"] == "batch.failed"} == {"['mine']"}
