"""External programs: a process group of their own, bounded output, an end that is always an end."""

import asyncio
import os
import resource
import shutil
import signal
import sys
import sysconfig
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

TAIL_LINES = 30
LINE_BYTES = 1 << 20
TERM_GRACE_S = 3.0


def find_program(name: str) -> str | None:
    """A program on PATH, else one that was installed beside this Python; None where there is none."""
    return shutil.which(name) or shutil.which(name, path=sysconfig.get_path("scripts"))


@dataclass(frozen=True)
class Finished:
    """How a program ended, and the last lines of what it said on standard error."""

    command: str
    code: int
    tail: str

    def __str__(self) -> str:
        return f"{self.command} ended with code {self.code}: {self.tail or 'it said nothing'}"


class ProgramHung(Exception):
    """The program said nothing for too long and was killed; the text names it and its last words."""


async def run_program(
    command: Sequence[str],
    on_line: Callable[[str], None],
    *,
    idle_s: float,
    environment: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    limits: Mapping[int, int] | None = None,
) -> Finished:
    """Run `command` to its end, in a process group of its own, and pass each line of standard output to `on_line`.

    `idle_s` is how many seconds it may say nothing on either output. `environment` None hands ours on. `stdin` (at most
    64 KiB) is for what no list of processes may show. `limits` are resource limits (`resource.RLIMIT_…`: most) of the
    program itself, kept where the system has them (Linux).
    Returns its exit code (negative: the signal that ended it) and the last lines of standard error.
    Raises FileNotFoundError where there is no such program, ProgramHung where it was silent for too long. Then, and
    when the caller is cancelled, the whole group is ended before this returns.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE if stdin else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
        start_new_session=True,
        limit=LINE_BYTES,
    )
    _confine(process.pid, limits or {})
    if process.stdin is not None:
        process.stdin.write(stdin)
        process.stdin.close()
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    watch = _Watch()
    reading = asyncio.gather(
        _lines(process.stdout, watch, on_line), _lines(process.stderr, watch, tail.append), return_exceptions=False
    )
    try:
        while not reading.done():
            await asyncio.wait({reading}, timeout=watch.left(idle_s))
            if not reading.done() and watch.left(idle_s) <= 0:
                raise ProgramHung(f"{command[0]} said nothing for {idle_s:.0f} s; before that: {' / '.join(tail)}")
        await reading
        try:
            code = await asyncio.wait_for(process.wait(), idle_s)
        except TimeoutError:
            raise ProgramHung(f"{command[0]} closed its outputs and did not end: {' / '.join(tail)}") from None
    finally:
        reading.add_done_callback(_retrieve)
        reading.cancel()
        await asyncio.shield(asyncio.create_task(_end(process)))  # a second cancel must not spare the program
    return Finished(command[0], code, "\n".join(tail))


def _confine(pid: int, limits: Mapping[int, int]) -> None:
    if sys.platform != "linux":
        return
    for kind, most in limits.items():
        with suppress(ProcessLookupError):  # it has ended already
            resource.prlimit(pid, kind, (most, most))


def _retrieve(reading: "asyncio.Future[Any]") -> None:
    """asyncio prints the traceback of an end that nobody asked for, a cancel's too."""
    if not reading.cancelled():
        reading.exception()


class _Watch:
    """When the program last gave a sign of life."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._last = self._loop.time()

    def seen(self) -> None:
        self._last = self._loop.time()

    def left(self, idle_s: float) -> float:
        return self._last + idle_s - self._loop.time()


async def _lines(stream: asyncio.StreamReader | None, watch: _Watch, take: Callable[[str], None]) -> None:
    while stream is not None and (line := await stream.readline()):
        watch.seen()
        take(line.decode("utf-8", "replace").rstrip())


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the group: politely, then not."""
    _signal(process.pid, signal.SIGTERM)
    if process.returncode is None:
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), TERM_GRACE_S)
    _signal(process.pid, signal.SIGKILL)
    await process.wait()


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
