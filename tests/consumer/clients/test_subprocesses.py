"""External programs: their output is followed, their end is certain."""

import asyncio
import gc
import resource
import sys
from pathlib import Path

import psutil
import pytest

from consumer.clients.subprocesses import ProgramHung, run_program
from infra.sandbox.waiting import wait_until

SLEEPER = "import subprocess, sys, time; subprocess.Popen(['sleep', '60']); print('up', flush=True); time.sleep(60)"


def ignore(_: str) -> None:
    """Nobody reads."""


def children() -> list[psutil.Process]:
    """Our children that are not dead."""
    found = psutil.Process().children(recursive=True)
    return [child for child in found if child.status() != psutil.STATUS_ZOMBIE]


async def test_lines_arrive_and_the_end_is_known() -> None:
    lines: list[str] = []
    done = await run_program([sys.executable, "-c", "print('a'); print('b')"], lines.append, idle_s=10)
    assert (lines, done.code) == (["a", "b"], 0)


async def test_a_failure_shows_the_code_and_the_end_of_what_was_said() -> None:
    code = "import sys; [print(n, file=sys.stderr) for n in range(1000)]; sys.exit(3)"
    done = await run_program([sys.executable, "-c", code], ignore, idle_s=10)
    assert done.code == 3
    assert done.tail.splitlines()[-1] == "999"
    assert len(done.tail.splitlines()) == 30
    assert "ended with code 3" in str(done)


async def test_a_program_that_says_nothing_is_killed_with_its_children() -> None:
    before = children()
    with pytest.raises(ProgramHung, match="said nothing"):
        await run_program([sys.executable, "-c", SLEEPER], ignore, idle_s=1)
    await wait_until(lambda: len(children()) == len(before), 5, "the group is gone")


async def test_a_cancel_ends_the_whole_group() -> None:
    before = children()
    lines: list[str] = []
    task = asyncio.create_task(run_program([sys.executable, "-c", SLEEPER], lines.append, idle_s=30))
    await wait_until(lambda: lines == ["up"], 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await wait_until(lambda: len(children()) == len(before), 5, "the group is gone")


async def test_a_second_cancel_does_not_spare_a_program_that_will_not_end() -> None:
    before, lines = children(), list[str]()
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
    task = asyncio.create_task(run_program([sys.executable, "-c", deaf], lines.append, idle_s=30))
    await wait_until(lambda: lines == ["up"], 10)
    task.cancel()
    await asyncio.sleep(0)  # it is being told to end, and does not
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await wait_until(lambda: len(children()) == len(before), 10, "the group is gone")


async def test_a_missing_program_is_the_callers_business(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await run_program([str(tmp_path / "nothing")], ignore, idle_s=1)


async def test_a_cancel_leaves_no_traceback_behind() -> None:
    complaints: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, about: complaints.append(about))
    lines: list[str] = []
    task = asyncio.create_task(run_program([sys.executable, "-c", SLEEPER], lines.append, idle_s=30))
    await wait_until(lambda: lines == ["up"], 10)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    del task
    gc.collect()
    await asyncio.sleep(0)
    assert complaints == []


async def test_what_a_program_reads_is_in_no_list_of_processes() -> None:
    lines: list[str] = []
    code = "import sys; print(sys.stdin.read(), sys.argv)"
    await run_program([sys.executable, "-c", code], lines.append, idle_s=10, stdin=b"secret")
    assert lines == ["secret ['-c']"]


async def test_a_program_keeps_to_its_limits() -> None:
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_AS))"
    lines: list[str] = []
    limits = {resource.RLIMIT_AS: 1 << 30}
    await run_program(
        ["sh", "-c", f'sleep 0.2; exec {sys.executable} -c "{code}"'], lines.append, idle_s=10, limits=limits
    )
    assert lines == [str((1 << 30, 1 << 30))]
