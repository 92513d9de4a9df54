"""Lectern beside others: both pipelines of faster-whisper, whisper.cpp, OpenVINO, and Home Assistant's server.

`python -m tests.bench.rivals`. Real weights (base, eight bits, a beam of five; OpenVINO greedy), human voices with
known words, two threads for each. Libraries run behind the usual small service, one file at a time; contenders take
turns, one process each, round by round, and the medians are printed. Kept for `docs/benchmarks.md`.

Predicted: Lectern's processor time lowest on clips (short clips are encoded short) and within 1.1 of the batched
pipeline's on lectures; clips behind a lecture answered ten times sooner; memory below half of the others'.
"""

import asyncio
import os
import platform
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from infra.sandbox.weights import WHEELS
from tests.bench.report import arguments, median, table, write_json
from tests.bench.rivals.answers import Answer
from tests.bench.rivals.contenders import RIVAL_LIBRARIES, Contender, contenders, started
from tests.bench.rivals.load import send
from tests.bench.rivals.workloads import Workload, workloads
from tests.bench.rivals.wrapper import THREADS
from tests.support.words import word_error_rate

KEPT = Path("out/bench/rivals.json")
HEAD = ("workload: system", "wall s", "cpu s", "x real time", "first s", "p50 s", "p95 s", "p99 s", "WER %", "lost")


@dataclass(frozen=True)
class Result:
    """One contender's median of one workload; `lost` counts uploads without an answer."""

    workload: str
    system: str
    wall_s: float
    cpu_s: float
    real_time: float
    first_s: float
    p50_s: float
    p95_s: float
    p99_s: float
    error_rate: float
    lost: float


@dataclass(frozen=True)
class Process:
    """What a contender's process took: seconds from its start to ready, and its peak of memory."""

    system: str
    ready_s: float
    peak_mib: float


Row = TypeVar("Row", Result, Process)


async def measure(
    who: Sequence[Contender], loads: Sequence[Workload], rounds: int
) -> AsyncGenerator[tuple[list[Result], list[Process]]]:
    """Every contender through every workload, `rounds` times; the order turns round each time.

    Yields the medians so far after each round.
    """
    results, processes = list[Result](), list[Process]()
    for number in range(rounds):
        for contender in who if number % 2 == 0 else reversed(who):
            async with started(contender) as running:
                await send(contender, running, loads[0].uploads[:1], 1)
                for load in loads:
                    began, spent = time.perf_counter(), running.cpu_s()
                    answers = await send(contender, running, load.uploads, load.clients)
                    wall_s, cpu_s = time.perf_counter() - began, running.cpu_s() - spent
                    results.append(_result(contender, load, answers, wall_s, cpu_s))
                    print(f"  {load.name}: {contender.name}: {wall_s:.1f} s, {cpu_s:.1f} processor s", flush=True)
                processes.append(Process(contender.name, running.ready_s, running.peak_bytes / (1 << 20)))
        yield _medians(Result, results, 2), _medians(Process, processes, 1)


def _result(contender: Contender, load: Workload, answers: list[Answer], wall_s: float, cpu_s: float) -> Result:
    heard = [(upload, answer) for upload, answer in zip(load.uploads, answers, strict=True) if not answer.wrong]
    waits = [answer.whole_s for answer in answers[-load.waiting :]]
    said, got = (" ".join(texts) for texts in zip(*((u.text, a.text) for u, a in heard), strict=True))
    p50_s, p95_s, p99_s = np.percentile(waits, [50, 95, 99]).tolist()
    return Result(
        workload=load.name,
        system=contender.name,
        wall_s=wall_s,
        cpu_s=cpu_s,
        real_time=load.audio_s / wall_s,
        first_s=median(answer.first_s for _, answer in heard),
        p50_s=p50_s,
        p95_s=p95_s,
        p99_s=p99_s,
        error_rate=word_error_rate(said, got),
        lost=len(answers) - len(heard),
    )


def _medians(kind: type[Row], rows: Sequence[Row], names: int) -> list[Row]:
    """One row for each of the first `names` columns' values; numbers are medians."""
    columns = [column.name for column in fields(kind)]
    keys = dict.fromkeys(tuple(getattr(row, name) for name in columns[:names]) for row in rows)
    found: list[Row] = []
    for key in keys:
        same = [row for row in rows if tuple(getattr(row, name) for name in columns[:names]) == key]
        found.append(kind(*key, *(median(getattr(row, name) for row in same) for name in columns[names:])))
    return found


def main() -> None:
    """Measures, prints and keeps."""
    parser = arguments(__doc__)
    parser.add_argument("--model", choices=WHEELS, default="base")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        loads = workloads(Path(folder), quick=chosen.quick)
        who = contenders(chosen.model)
        asyncio.run(_keep(measure(who, loads, 1 if chosen.quick else chosen.rounds), chosen.model))


async def _keep(rounds: AsyncGenerator[tuple[list[Result], list[Process]]], model: str) -> None:
    """Print and keep what each round makes of the figures: whoever has not the hours has those of the first."""
    number = 0
    async for results, processes in rounds:
        number += 1
        table(HEAD, map(_columns, results))
        table(["system", "ready s", "peak MiB"], ([p.system, p.ready_s, p.peak_mib] for p in processes))
        found = {"results": [asdict(r) for r in results], "processes": [asdict(p) for p in processes]}
        write_json(KEPT, {"model": model, "threads": THREADS, "rounds": number, **_where(), **found})


def _where() -> dict[str, str]:
    """The machine, the day, and the libraries' versions."""
    names = [line.partition(":")[2].strip() for line in _cpu_lines() if line.startswith("model name")]
    machine = f"{len(os.sched_getaffinity(0))} cores of {names[0] if names else platform.machine()}, no GPU"
    libraries = [
        *(f"{name} {version(name)}" for name in ("faster-whisper", "ctranslate2")),
        *(library.replace("==", " ") for library in RIVAL_LIBRARIES),
    ]
    return {
        "machine": machine,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "versions": ", ".join(libraries),
    }


def _cpu_lines() -> list[str]:
    return Path("/proc/cpuinfo").read_text().splitlines()


def _columns(r: Result) -> list[object]:
    times = (r.wall_s, r.cpu_s, r.real_time, r.first_s, r.p50_s, r.p95_s, r.p99_s)
    return [f"{r.workload}: {r.system}", *times, 100 * r.error_rate, r.lost]


if __name__ == "__main__":
    main()
