"""Child processes of the embedded system: logged to a file, waited for, and gone when their parent is gone."""

import asyncio
import ctypes
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

LOOPBACK = "127.0.0.1"
PR_SET_PDEATHSIG = 1
START_S, STOP_S = 60.0, 20.0
TAIL_LINES = 15


class PartFailed(Exception):
    """A part of the system did not start; the text has the end of its log."""


@dataclass
class Part:
    """One process of the system."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.process.returncode is None

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Signal it and wait; killed where it does not listen. Its exit code."""
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        try:
            return await asyncio.wait_for(self.process.wait(), STOP_S)
        except TimeoutError:
            self.process.kill()
            return await self.process.wait()

    def last_words(self) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:])

    async def until(self, ready: Callable[[], Awaitable[bool]], limit_s: float = START_S) -> None:
        """Wait until it is ready; raises PartFailed where it ends first or takes longer than `limit_s` seconds."""
        deadline = asyncio.get_running_loop().time() + limit_s
        while not await ready():
            if not self.running or asyncio.get_running_loop().time() > deadline:
                raise PartFailed(f"{self.name} did not start:\n{self.last_words()}")
            await asyncio.sleep(0.05)


async def spawn(name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> Part:
    """Start a part; what it prints goes to `log`."""
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**base_environment(), **environment},
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            start_new_session=True,  # Ctrl-C is for us: we stop the parts in order
        )
    return Part(name, process, log)


def base_environment() -> dict[str, str]:
    """What every part may see of our own environment, with this interpreter's programs first."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        return int(listener.getsockname()[1])


async def answers(url: str) -> bool:
    """Whether a GET gives 200."""
    async with httpx.AsyncClient(trust_env=False) as client:
        with suppress(httpx.HTTPError):
            return (await client.get(url, timeout=2)).status_code == 200
    return False


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
