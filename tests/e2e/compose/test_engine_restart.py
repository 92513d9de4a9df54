"""What an engine's restart leaves: everything that stays comes back by itself, as after a restart of the machine."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from infra.sandbox.standins.youtube import LECTURE_URL
from infra.sandbox.waiting import wait_until
from tests.support.e2e.stack import ComposeFailed, Stack, run

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300, func_only=True)]
STAY = ("transcriber", "consumer", "postgres", "aws")
PID_FILE = Path("/var/run/docker.pid")
STOP_S, START_S, HEALTHY_S = 90.0, 60.0, 120.0


def answers(stack: Stack) -> bool:
    """Whether the engine does."""
    with suppress(ComposeFailed):
        return bool(run(["docker", "version"], stack.folder))
    return False


async def restart_engine(stack: Stack) -> None:
    """As systemd does it where it runs, else by ending the process and starting the same command with the same log."""
    if Path("/proc/1/comm").read_text().strip() == "systemd":
        run(["systemctl", "restart", "docker"], stack.folder)
        return
    pid = int(PID_FILE.read_text())
    command = Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")
    log = Path(f"/proc/{pid}/fd/1").resolve()
    log = log if log.is_file() else Path(os.devnull)  # a pipe has no path
    os.kill(pid, signal.SIGTERM)
    await wait_until(lambda: not PID_FILE.exists(), STOP_S, "the engine has stopped", every_s=0.5)
    start(command, log)


def start(command: list[str], log: Path) -> None:
    """A daemon of its own, which outlives the tests."""
    with log.open("ab") as output:
        subprocess.run(["setsid", "--fork", *command], stdout=output, stderr=output, check=True)


@pytest.fixture
def own_engine(stack: Stack) -> Iterator[Stack]:
    """An engine that runs nothing but this project, and may be restarted."""
    ours = set(stack.compose("ps", "--quiet").split())
    others = [each for each in run(["docker", "ps", "--quiet", "--no-trunc"], stack.folder).split() if each not in ours]
    if others:
        pytest.skip("the engine runs other containers, too: it was not restarted")
    if os.geteuid() != 0 or not PID_FILE.exists():
        pytest.skip("the engine is not this user's to restart")
    yield stack
    stack.up()


async def test_after_a_restart_of_the_engine_all_that_stays_works_again_by_itself(own_engine: Stack) -> None:
    stack = own_engine
    before = {name: stack.container(name) for name in STAY}
    await restart_engine(stack)
    await wait_until(lambda: answers(stack), START_S, "the engine answers", every_s=0.5)
    for name in STAY:
        await wait_until(
            lambda name=name: stack.inspect(name)["State"].get("Health", {}).get("Status") == "healthy",
            HEALTHY_S,
            f"{name} is healthy",
            every_s=1,
        )
    assert {name: stack.container(name) for name in STAY} == before
    assert "BAD" not in stack.compose("exec", "-T", "consumer", "lectern", "doctor")
    stack.send("restart-1", LECTURE_URL)
    await stack.until_status("restart-1", "completed")
