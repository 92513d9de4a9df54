"""`docker compose up` for real: both services in their images, with the `local` profile's Postgres, SQS and S3."""

import asyncio
import json
import time
from pathlib import Path

import httpx
import pytest

from infra.sandbox.standins.youtube import LECTURE_URL
from infra.sandbox.waiting import wait_until
from tests.support.e2e.stack import Stack, run
from tests.support.words import POCKET_WER, TOLERANCE, word_error_rate

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]
CRASH = """
import os, signal
pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
(server,) = [pid for pid in pids if open(f"/proc/{pid}/cmdline", "rb").read().endswith(b"bin/transcriber\\0")]
os.kill(server, signal.SIGKILL)
"""


def test_the_published_port_transcribes(stack: Stack, lecture: Path, lecture_text: str) -> None:
    answer = httpx.post(f"{stack.url}/transcribe", files={"file": lecture.read_bytes()}, timeout=60)
    assert answer.status_code == 200, answer.text
    assert word_error_rate(lecture_text, answer.json()["text"]) <= POCKET_WER + TOLERANCE


async def test_a_message_becomes_a_completed_row_and_assets(stack: Stack) -> None:
    stack.send("job-1", LECTURE_URL)
    await stack.until_status("job-1", "completed")
    manifest = json.loads(stack.stored("job-1", "manifest_key"))
    assert len(manifest["files"]) == 9
    assert json.loads(stack.stored("job-1", "transcript_key"))["segments"]
    assert json.loads(stack.stored("job-1", "quiz_key"))["items"]


async def test_a_killed_consumer_costs_time_and_nothing_else(stack: Stack) -> None:
    stack.forget()
    stack.send("kill-1", LECTURE_URL)
    await stack.until_status("kill-1", "transcribing")
    run(["docker", "kill", stack.container("consumer")], stack.folder)
    stack.up()
    await stack.until_status("kill-1", "completed")
    outcomes = stack.sql(
        "SELECT coalesce(outcome, 'lost') FROM lectern.video_attempt WHERE video_id = 'kill-1' ORDER BY token"
    )
    assert outcomes == ["lost", "completed"]


async def test_a_killed_transcriber_costs_time_and_nothing_else(stack: Stack) -> None:
    stack.forget()
    stack.send("kill-2", LECTURE_URL)
    await stack.until_status("kill-2", "transcribing")
    run(["docker", "kill", stack.container("transcriber")], stack.folder)
    await stack.until_status("kill-2", "queued")
    stack.up()
    await stack.until_status("kill-2", "completed")


async def test_a_crashed_transcriber_is_started_again_by_the_engine(stack: Stack) -> None:
    stack.python("transcriber", CRASH)
    await wait_until(lambda: stack.inspect("transcriber")["RestartCount"] == 1, 30, "the engine restarts it")
    await wait_until(lambda: stack.inspect("transcriber")["State"]["Health"]["Status"] == "healthy", 60, "ready again")


async def test_a_stop_in_the_middle_ends_within_the_grace_and_loses_nothing(stack: Stack) -> None:
    stack.forget()
    stack.send("stop-1", LECTURE_URL)
    await stack.until_status("stop-1", "transcribing")
    began = time.monotonic()
    await asyncio.to_thread(stack.compose, "stop", "consumer")
    assert time.monotonic() - began < 60
    assert stack.inspect("consumer")["State"]["ExitCode"] == 0
    assert stack.sql("SELECT status, attempts FROM video WHERE id = 'stop-1'") == ["queued|0"]
    stack.up()
    await stack.until_status("stop-1", "completed")


async def test_a_stop_of_both_services_loses_nothing(stack: Stack) -> None:
    """As with AWS, where they are the whole project: the stand-ins would forget what they hold."""
    stack.forget()
    stack.send("stop-2", LECTURE_URL)
    await stack.until_status("stop-2", "transcribing")
    began = time.monotonic()
    await asyncio.to_thread(stack.compose, "stop", "consumer", "transcriber")
    assert time.monotonic() - began < 90
    assert [stack.inspect(name)["State"]["ExitCode"] for name in ("consumer", "transcriber")] == [0, 0]
    assert stack.sql("SELECT status, attempts FROM video WHERE id = 'stop-2'") == ["queued|0"]
    stack.up()
    await stack.until_status("stop-2", "completed")


def test_the_whole_project_stops_within_the_grace_and_comes_up_again(stack: Stack) -> None:
    stack.compose("stop")
    codes = {name: stack.inspect(name)["State"]["ExitCode"] for name in ("consumer", "transcriber", "postgres")}
    assert codes == {"consumer": 0, "transcriber": 0, "postgres": 0}
    stack.up()
    assert "ok" in stack.compose("exec", "-T", "consumer", "lectern", "doctor")
