"""`docker compose up` for real: both services in their images, with the `local` profile's Postgres, SQS and S3."""

import asyncio
import json
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from infra.sandbox.standins.youtube import LECTURE_URL
from infra.sandbox.waiting import wait_until
from tests.support.e2e.stack import TAG, UP_S, ComposeFailed, Stack, run
from tests.support.words import POCKET_WER, TOLERANCE, word_error_rate

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300, func_only=True)]
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
    assert len(manifest["files"]) == 13
    assert json.loads(stack.stored("job-1", "transcript_key"))["segments"]
    assert json.loads(stack.stored("job-1", "flashcards_key"))["cards"]
    quiz = json.loads(stack.stored("job-1", "quiz_key"))
    assert quiz["items"]
    assert quiz["provider"] == "extractive"


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


@pytest.mark.parametrize("service", ["postgres", "aws"])
async def test_what_is_killed_inside_is_started_again_by_the_engine(stack: Stack, service: str) -> None:
    with suppress(ComposeFailed):  # the command dies with the rest
        stack.compose("exec", "-T", service, "bash", "-c", "kill -9 -1")
    await wait_until(lambda: stack.inspect(service)["RestartCount"] == 1, 30, "the engine restarts it")
    await wait_until(lambda: stack.inspect(service)["State"]["Health"]["Status"] == "healthy", 60, "ready again")
    assert "ok" in stack.compose("exec", "-T", "consumer", "lectern", "doctor")


async def test_a_broken_world_is_said_and_is_no_failed_start(stack: Stack) -> None:
    stack.compose("stop", "postgres")
    try:
        stack.send("broken-1", LECTURE_URL)
        await wait_until(lambda: stack.status_of("consumer", 8001, "/health") == 503, 60, "it says so", every_s=1)
        assert stack.status_of("consumer", 8001, "/health/live") == 200
        assert stack.inspect("consumer")["State"]["Health"]["Status"] == "healthy"
        stack.compose("up", "--detach", "--wait", "--no-deps", "--no-recreate", "consumer")
    finally:
        stack.up()
    await stack.until_status("broken-1", "completed")


def test_the_transcriber_cannot_find_the_database(stack: Stack) -> None:
    for service in ("postgres", "aws"):
        with pytest.raises(ComposeFailed, match=r"Name or service not known|name resolution"):
            stack.python("transcriber", f"import socket; socket.getaddrinfo('{service}', 5432)")


async def test_two_transcribers_share_a_name(stack: Stack) -> None:
    found = "import socket; print(len({each[4][0] for each in socket.getaddrinfo('transcriber', 8000)}))"
    ports = f"{stack.port}-{stack.port + 1}"
    scaled = ("up", "--detach", "--wait", "--scale", "transcriber=2", "transcriber")
    try:
        with stack.setting(PUBLISH_PORT=ports):
            stack.compose(*scaled, within_s=120)
        await wait_until(lambda: stack.python("consumer", found).strip() == "2", 20, "both are found", every_s=1)
    finally:
        stack.up()


def test_an_older_release_comes_back_by_its_tag_and_an_absent_one_is_refused(stack: Stack) -> None:
    for name in ("lectern-consumer", "lectern-transcriber", "lectern-youtube"):
        run(["docker", "tag", f"{name}:{TAG}", f"{name}:before"], stack.folder)
    with stack.setting(LECTERN_TAG="before"):
        stack.compose("up", "--detach", "--wait", "--no-build", within_s=UP_S)
        assert stack.inspect("consumer")["Config"]["Image"] == "lectern-consumer:before"
    with stack.setting(LECTERN_TAG="absent", BUILD=""):
        with pytest.raises(ComposeFailed, match=r"LECTERN_TAG=absent is not here, and today's source is not it"):
            stack.compose("up", "--detach", "--no-deps", "consumer")
        with pytest.raises(ComposeFailed, match=r"o such image: lectern-consumer:absent"):
            stack.compose("up", "--detach", "--no-deps", "--no-build", "consumer")
    stack.up()


def test_a_dump_brings_the_rows_back(stack: Stack) -> None:
    rows = stack.sql("SELECT id, status FROM video ORDER BY id")
    assert rows
    stack.compose("stop", "consumer")
    try:
        stack.compose("exec", "-T", "postgres", "bash", "-c", "pg_dump -U lectern -Fc lectern >/tmp/lectern.dump")
        stack.sql("TRUNCATE video CASCADE")
        restore = "pg_restore -U lectern -d lectern --clean --if-exists </tmp/lectern.dump"
        stack.compose("exec", "-T", "postgres", "bash", "-c", restore)
        assert stack.sql("SELECT id, status FROM video ORDER BY id") == rows
    finally:
        stack.up()


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
