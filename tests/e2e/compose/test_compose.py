"""`docker compose up` for real: both services in their images, with the `local` profile's Postgres, SQS and S3."""

import asyncio
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from tests.e2e.compose.stack import BUILD_S, ComposeFailed, Stack, run
from tests.standins.youtube import LECTURE_URL
from tests.waiting import wait_until
from tests.words import POCKET_WER, TOLERANCE, word_error_rate

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300), pytest.mark.xdist_group("compose")]
SERVICES = ("transcriber", "consumer", "postgres", "aws")
REPEATS = 3  # a lecture of five minutes leaves time to kill whoever works on it
CRASH = """
import os, signal
pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
(server,) = [pid for pid in pids if open(f"/proc/{pid}/cmdline", "rb").read().endswith(b"bin/transcriber\\0")]
os.kill(server, signal.SIGKILL)
"""


def engine() -> bool:
    """Whether there is a Docker engine with Compose."""
    return bool(shutil.which("docker")) and all(
        subprocess.run(["docker", *command], capture_output=True, check=False).returncode == 0
        for command in (["info"], ["compose", "version"])
    )


def copy(folder: Path) -> Stack:
    """A checkout of its own with its `.env`; nothing is built or started."""
    folder.chmod(0o755)  # the containers read it as another user
    stack = Stack(folder, folder / "media.mp3")
    stack.prepare()
    return stack


@pytest.fixture(scope="module")
def stack(lecture: Path) -> Generator[Stack]:
    """Built, up and healthy."""
    if not engine():
        pytest.skip("no Docker engine with Compose here: the compose test did not run")
    with tempfile.TemporaryDirectory(prefix="lectern-compose-") as made:
        stack = copy(Path(made))
        repeat = ["ffmpeg", "-loglevel", "error", "-stream_loop", str(REPEATS - 1), "-i", str(lecture), "-c", "copy"]
        run([*repeat, str(stack.media)], stack.folder)
        stack.compose("build", "transcriber", "consumer", within_s=BUILD_S)
        stack.compose("build", "youtube", within_s=BUILD_S)  # made from the consumer's image
        try:
            stack.up()
            yield stack
        finally:
            stack.close()


def test_the_published_port_transcribes(stack: Stack, lecture: Path, lecture_text: str) -> None:
    answer = httpx.post(f"{stack.url}/transcribe", files={"file": lecture.read_bytes()}, timeout=60)
    assert answer.status_code == 200, answer.text
    assert word_error_rate(lecture_text, answer.json()["text"]) <= POCKET_WER + TOLERANCE


def test_only_the_transcriber_is_published_and_only_to_this_machine(stack: Stack) -> None:
    ports = {name: stack.inspect(name)["NetworkSettings"]["Ports"] for name in SERVICES}
    published = {name: bound for name, each in ports.items() for bound in each.values() if bound}
    assert published == {"transcriber": [{"HostIp": "127.0.0.1", "HostPort": str(stack.port)}]}


@pytest.mark.parametrize("service", SERVICES)
def test_no_container_runs_as_root(stack: Stack, service: str) -> None:
    users = run(["docker", "top", stack.container(service), "-o", "pid,uid"], stack.folder).splitlines()[1:]
    assert users
    assert all(line.split()[1] != "0" for line in users)


@pytest.mark.parametrize("service", SERVICES)
def test_the_file_system_is_read_only_and_memory_and_processes_are_bounded(stack: Stack, service: str) -> None:
    limits = stack.inspect(service)["HostConfig"]
    assert limits["ReadonlyRootfs"]
    assert limits["Memory"] > 0
    assert limits["PidsLimit"] > 0
    with pytest.raises(ComposeFailed, match="Read-only file system"):
        stack.compose("exec", "-T", service, "touch", "/written")


def test_the_doctor_finds_everything_well(stack: Stack) -> None:
    assert "BAD" not in stack.compose("exec", "-T", "consumer", "lectern", "doctor")


def test_yt_dlp_says_which_of_the_two_is_used(stack: Stack) -> None:
    assert "yt-dlp" in stack.compose("exec", "-T", "consumer", "lectern", "doctor")
    assert (
        stack.python("consumer", "import os; print(os.access(os.environ['YTDLP_OVERLAY_DIR'], os.W_OK))").strip()
        == "True"
    )


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
    outcomes = stack.sql("SELECT coalesce(outcome, 'lost') FROM video_attempt WHERE video_id = 'kill-1' ORDER BY token")
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


@pytest.mark.parametrize(
    ("settings", "service", "says"),
    [
        ({"WHISPER_MODEL": "larg-v3"}, "model", "transcriber: WHISPER_MODEL='larg-v3' is no model"),
        ({"WHISPER_DEVICE": "cuda"}, "model", "transcriber: WHISPER_DEVICE=cuda, but no NVIDIA GPU can be seen here"),
        ({"SQS_QUEUE_URL": "lectern"}, "doctor", "SQS_QUEUE_URL"),
        ({"DB_PASSWORD": "wrong"}, "migrate", "DB_PASSWORD"),
    ],
)
def test_what_is_wrong_fails_the_start_at_once_and_is_said(
    stack: Stack, settings: dict[str, str], service: str, says: str
) -> None:
    env = stack.folder / ".env"
    right = env.read_text()
    env.write_text(right + "".join(f"{name}={value}\n" for name, value in settings.items()))
    try:
        with pytest.raises(ComposeFailed) as failed:
            stack.up()
        assert f'service "{service}" didn\'t complete successfully' in str(failed.value)
        assert says in str(failed.value)
    finally:
        env.write_text(right)


def test_both_files_are_understood_and_the_second_adds_only_the_gpu(stack: Stack) -> None:
    config = ("config", "--format", "json")
    plain = json.loads(stack.compose(*config, settings={"COMPOSE_FILE": "docker-compose.yml"}))
    gpu = json.loads(stack.compose(*config, settings={"COMPOSE_FILE": "docker-compose.yml:docker-compose.gpu.yml"}))
    assert set(plain["services"]) == set(gpu["services"])
    changed = {name for name in plain["services"] if plain["services"][name] != gpu["services"][name]}
    assert changed == {"model", "transcriber"}
    for name in changed:
        assert gpu["services"][name]["build"]["args"] == {"GPU": "1"}
        assert gpu["services"][name]["deploy"]["resources"]["reservations"]["devices"][0]["capabilities"] == ["gpu"]


def test_a_missing_env_file_is_named(stack: Stack) -> None:
    (stack.folder / ".env").rename(stack.folder / ".env.away")
    try:
        with pytest.raises(ComposeFailed, match=r"\.env"):
            stack.compose("up", "--detach", settings={"COMPOSE_FILE": "docker-compose.yml"})
    finally:
        (stack.folder / ".env.away").rename(stack.folder / ".env")
