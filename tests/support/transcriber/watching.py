"""What a piece of work left behind: children, open descriptors; and how much memory it took."""

import ctypes
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil


@dataclass(frozen=True)
class Left:
    """Descendants of this process, dead ones included, and the number of its open descriptors."""

    children: frozenset[int] = frozenset()
    descriptors: int = 0

    @classmethod
    def now(cls) -> Self:
        """As it is."""
        this = psutil.Process()
        return cls(frozenset(child.pid for child in this.children(recursive=True)), this.num_fds())


def left_behind(before: Left) -> Left:
    """What is there now and was not before."""
    now = Left.now()
    return Left(now.children - before.children, max(0, now.descriptors - before.descriptors))


def give_back_free_pages() -> None:
    """What this process' heap keeps for later goes back to the system, where glibc is the heap."""
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


def peak_bytes(pid: int | str = "self") -> int:
    """The most memory that a process has held so far, which only the kernel knows; 0 of one that has just ended."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)
