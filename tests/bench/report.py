"""How benchmarks measure and print: seconds on the clock and of the processors, medians, plain tables."""

import argparse
import json
import os
import statistics
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

MODELS = Path(os.environ.get("LECTERN_BENCH_MODELS", "out/bench/models"))


@dataclass
class Spent:
    """What a stretch of work cost: seconds on the clock, and of all processors (child processes included)."""

    wall_s: float = 0.0
    cpu_s: float = 0.0


class Stopwatch:
    """`with Stopwatch() as spent:` fills `spent` at the end."""

    def __enter__(self) -> Spent:
        self._spent = Spent()
        self._wall, self._cpu = time.perf_counter(), processor_s()
        return self._spent

    def __exit__(self, *_: object) -> None:
        self._spent.wall_s = time.perf_counter() - self._wall
        self._spent.cpu_s = processor_s() - self._cpu


def processor_s(process: psutil.Process | None = None) -> float:
    """Processor seconds of a process, this one by default, and of its descendants, living or not."""
    first = process or psutil.Process()
    spent_s = 0.0
    for each in (first, *first.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # it has ended meanwhile
            spent_s += sum(each.cpu_times()[:4])
    return spent_s


def median(values: Iterable[float]) -> float:
    """The middle one; 0 of none."""
    found = list(values)
    return statistics.median(found) if found else 0.0


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print columns, the first to the left and the others to the right."""
    cells = [[*head], *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    for row in cells:
        first, *rest = [value.rjust(width) for value, width in zip(row, widths, strict=True)]
        print("  ".join([first.strip().ljust(widths[0]), *rest]), flush=True)


def verdict(what: str, seen: float, limit: float, unit: str = "") -> bool:
    """Print whether `seen` keeps to `limit`."""
    kept = seen <= limit
    print(f"{'kept  ' if kept else 'MISSED'}  {what}: {seen:.3g}{unit}, at most {limit:g}{unit}", flush=True)
    return kept


def arguments(description: str | None) -> argparse.ArgumentParser:
    """A parser with what every benchmark understands."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a smaller run, to see that it works")
    return parser


def write_json(path: Path, found: Any) -> None:
    """Keep the figures."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def _cell(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
