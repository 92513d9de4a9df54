"""The process: settings, start, stop."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from infra.sandbox.paths import ROOT
from infra.sandbox.processes import LOOPBACK, Part, answers, base_environment, free_port, spawn
from infra.sandbox.waiting import wait_until
from tests.support.transcriber.serving import transcriber
from transcriber import version
from transcriber.settings import Settings

TRACED = {"X-Request-ID": "mine", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


def run(**settings: str) -> subprocess.CompletedProcess[str]:
    """`transcriber`, expected to end by itself."""
    environment = {**base_environment(), "HOST": LOOPBACK, **settings}
    return subprocess.run(["transcriber"], capture_output=True, text=True, env=environment, timeout=30, check=False)


@pytest.mark.parametrize(
    ("settings", "code", "says"),
    [
        ({"PORT": "many"}, 2, "PORT='many'"),
        ({"WHISPER_WINDOW_SECONDS": "60"}, 2, "WHISPER_WINDOW_SECONDS='60'"),
        ({"WHISPER_DEVICE": "tpu"}, 2, "WHISPER_DEVICE='tpu'"),
        ({"WHISPER_MODEL": "/no/such/model", "PORT": "0"}, 3, "WHISPER_MODEL='/no/such/model'"),
    ],
)
def test_a_wrong_setting_is_one_line_and_a_code(settings: dict[str, str], code: int, says: str) -> None:
    done = run(**settings)
    assert done.returncode == code
    logged = [line for line in done.stderr.splitlines() if line.startswith("{")]
    (said,) = [line for line in done.stderr.splitlines() if line not in logged]
    assert says in said
    assert (done.stdout, [line for line in logged if "Traceback" in line]) == ("", [])


def test_a_taken_port_is_one_line() -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        done = run(PORT=str(listener.getsockname()[1]))
    assert done.returncode == 2
    assert "cannot be used" in done.stderr


def test_help_lists_every_variable_with_its_default_and_every_exit_code() -> None:
    done = subprocess.run(["transcriber", "--help"], capture_output=True, text=True, check=True)
    said = [" ".join(line.split()) for line in done.stdout.splitlines()]
    for name, field in Settings.model_fields.items():
        shown = "unset" if field.default is None else f"default {field.default}"
        assert f"{name.upper()} {field.description} ({shown})" in said
    for code in ("0", "2", "3", "70"):
        assert any(line.startswith(f"{code} ") for line in said)


def test_the_command_line_loads_no_model_library() -> None:
    """Else --help would take seconds, and a library would be loaded before its environment is set."""
    told = (
        "import sys, transcriber.__main__; print([name for name in sys.modules if name in ('ctranslate2', 'fastapi')])"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_version_is_the_package_s() -> None:
    done = subprocess.run(["transcriber", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"transcriber {version()}\n"


def test_an_unknown_command_is_refused() -> None:
    done = subprocess.run(["transcriber", "serv"], capture_output=True, text=True, check=False)
    assert (done.returncode, "No such command 'serv'" in done.stderr) == (2, True)


async def test_a_key_is_demanded_where_one_is_set_but_not_for_health(lecture_start: bytes) -> None:
    async with transcriber(API_KEY="s3cret") as (url, _), httpx.AsyncClient(base_url=url, timeout=30) as client:
        files = {"file": lecture_start}
        assert (await client.post("/transcribe", files=files)).status_code == 401
        assert (
            await client.post("/transcribe", files=files, headers={"Authorization": "Bearer no"})
        ).status_code == 401
        assert (
            await client.post("/transcribe", files=files, headers={"Authorization": "Bearer s3cret"})
        ).status_code == 200
        assert (await client.post("/transcribe", files=files, headers={"X-API-Key": "s3cret"})).status_code == 200
        assert (await client.get("/health/ready")).status_code == 200
        assert (await client.get("/metrics")).status_code == 200


async def test_a_stop_lets_the_running_request_finish(lecture: Path) -> None:
    async with transcriber(DRAIN_SECONDS="100") as (url, part), httpx.AsyncClient(base_url=url, timeout=100) as client:
        async with client.stream(
            "POST", "/transcribe", files={"file": lecture.read_bytes()}, data={"format": "ndjson"}
        ) as answer:
            lines = answer.aiter_lines()
            assert '"accepted"' in await anext(lines)
            os.kill(part.process.pid, signal.SIGTERM)
            last = [line async for line in lines][-1]
        assert '"event":"done"' in last
        assert await asyncio.wait_for(part.process.wait(), 20) == 0


@asynccontextmanager
async def troubled(trouble: str, tmp_path: Path, **settings: str) -> AsyncGenerator[tuple[str, Part]]:
    """A process with a fake model; it listens, but need not be ready."""
    port = free_port()
    environment = {"WHISPER_MODEL": trouble, "HOST": LOOPBACK, "PORT": str(port), "PYTHONPATH": str(ROOT), **settings}
    command = [sys.executable, "-m", "tests.support.transcriber.troubled"]
    part = await spawn("transcriber", command, environment, tmp_path / "log")
    try:
        await part.until(lambda: answers(f"http://{LOOPBACK}:{port}/health/live"))
        yield f"http://{LOOPBACK}:{port}", part
    finally:
        await part.stop(signal.SIGKILL)


async def test_a_lost_gpu_ends_the_process_with_its_own_code(tmp_path: Path, lecture_start: bytes) -> None:
    async with troubled("fragile", tmp_path) as (url, part), httpx.AsyncClient(base_url=url, timeout=30) as client:
        await part.until(lambda: answers(f"{url}/health/ready"))
        assert (await client.post("/transcribe", files={"file": lecture_start})).status_code == 500
        assert await asyncio.wait_for(part.process.wait(), 20) == 70
        assert "transcriber: the GPU failed and the service must restart" in part.last_words()


async def test_a_stop_does_not_wait_for_a_download(tmp_path: Path) -> None:
    async with troubled("slow", tmp_path) as (_, part):
        assert await asyncio.wait_for(part.stop(), 5) == 0


async def test_a_stop_drops_what_the_grace_did_not_suffice_for_and_says_so(tmp_path: Path, lecture: Path) -> None:
    async with (
        troubled("stuck", tmp_path, DRAIN_SECONDS="0.5") as (url, part),
        httpx.AsyncClient(base_url=url, timeout=30) as client,
    ):
        await part.until(lambda: answers(f"{url}/health/ready"))
        asking = asyncio.create_task(client.post("/transcribe", files={"file": lecture.read_bytes()}))
        await wait_until(lambda: under_way(client), what="it is under way")
        part.process.send_signal(signal.SIGTERM)
        assert (await asking).status_code == 503
        assert await asyncio.wait_for(part.process.wait(), 20) == 0
        dropped = [line for line in part.log.read_text().splitlines() if "drain.end" in line]
        assert [json.loads(line)["dropped"] for line in dropped] == [1]


async def test_a_second_signal_ends_the_grace(tmp_path: Path, lecture: Path) -> None:
    async with (
        troubled("stuck", tmp_path, DRAIN_SECONDS="600") as (url, part),
        httpx.AsyncClient(base_url=url, timeout=30) as client,
    ):
        await part.until(lambda: answers(f"{url}/health/ready"))
        asking = asyncio.create_task(client.post("/transcribe", files={"file": lecture.read_bytes()}))
        await wait_until(lambda: under_way(client), what="it is under way")
        part.process.send_signal(signal.SIGTERM)
        await wait_until(lambda: "drain.begin" in part.log.read_text())
        part.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(part.process.wait(), 20) == 0
        assert (await asking).status_code == 503


@pytest.mark.slow
async def test_a_batch_that_outlasts_a_stop_is_no_lost_device(tmp_path: Path, lecture: Path) -> None:
    """On a slow CPU a healthy batch takes longer than anybody waits."""
    async with (
        troubled("endless", tmp_path, DRAIN_SECONDS="0.1") as (url, part),
        httpx.AsyncClient(base_url=url, timeout=30) as client,
    ):
        await part.until(lambda: answers(f"{url}/health/ready"))
        asking = asyncio.create_task(client.post("/transcribe", files={"file": lecture.read_bytes()}))
        await wait_until(lambda: "in the model" in part.log.read_text())
        part.process.send_signal(signal.SIGTERM)
        assert (await asking).status_code == 503
        assert await asyncio.wait_for(part.process.wait(), 30) == 0
        assert "drain.batch_cut_off" in part.log.read_text()
        assert "engine.stuck" not in part.log.read_text()


async def test_everything_printed_is_one_json_object_a_line(tmp_path: Path, lecture_start: bytes) -> None:
    async with troubled("fine", tmp_path) as (url, part), httpx.AsyncClient(base_url=url, timeout=30) as client:
        await part.until(lambda: answers(f"{url}/health/ready"))
        await client.post("/transcribe", files={"file": lecture_start}, headers=TRACED)
        assert await part.stop() == 0
        lines = [json.loads(line) for line in part.log.read_text().splitlines()]
        assert [line["event"] for line in lines] == [
            "server.listening",
            "model.loading",
            "model.ready",
            "request",
            "drain.begin",
            "drain.end",
        ]
        assert (lines[3]["request_id"], lines[3]["trace_id"]) == ("mine", "0af7651916cd43dd8448eb211c80319c")


async def test_no_library_reports_to_its_maker() -> None:
    async with transcriber(HOME="/proc") as (_, part):  # where onnxruntime cannot keep its device id, and says so
        assert "telemetry" not in part.log.read_text()


async def under_way(client: httpx.AsyncClient) -> bool:
    return (await client.get("/health/ready")).json()["queued_audio_s"] > 0


async def test_a_client_that_leaves_frees_the_queue(lecture: Path) -> None:
    async with transcriber() as (url, _), httpx.AsyncClient(base_url=url, timeout=60) as client:
        async with client.stream(
            "POST", "/transcribe", files={"file": lecture.read_bytes()}, data={"format": "ndjson"}
        ) as answer:
            await anext(answer.aiter_lines())

        async def idle() -> bool:
            return (await client.get("/health/ready")).json()["queued_audio_s"] == 0

        await wait_until(idle, 5, "the queue is empty")
        assert "transcriber_cancelled_total 1.0" in (await client.get("/metrics")).text
