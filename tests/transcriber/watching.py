"""What a piece of work left behind: children, open descriptors."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Left:
    """Children of this process, dead ones included, and its open descriptors."""

    children: frozenset[int] = frozenset()
    descriptors: int = 0

    @classmethod
    def now(cls) -> Self:
        """As it is."""
        tasks = Path("/proc/self/task").glob("*/children")
        children = frozenset(int(pid) for task in tasks for pid in task.read_text().split())
        return cls(children, len(list(Path("/proc/self/fd").iterdir())))


def left_behind(before: Left) -> Left:
    """What is there now and was not before."""
    now = Left.now()
    return Left(now.children - before.children, max(0, now.descriptors - before.descriptors))


def resident_bytes(pid: int | str = "self") -> int:
    """The most memory that a process has held so far."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
