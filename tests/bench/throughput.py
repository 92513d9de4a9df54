"""(a) Throughput and latency of three workloads against three ways to serve faster-whisper.

The workloads: 16 clips of 5 to 15 s; 4 files of 3 minutes; a 10-minute file with 16 clips right behind it; and one
3-minute file alone. Runs alternate in one process; the medians are printed as ratios to one-at-a-time. Predicted on a
CPU: processor seconds within 1.05 of the best of the others (batches give nothing here, they must cost nothing
either), clips beside the long file answered in half the time, a lone client within 1.03 of the batched pipeline.
"""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench import audio, models, systems
from tests.bench.report import MODELS, Stopwatch, arguments, median, table, verdict, write_json

SYSTEMS: dict[str, systems.Make] = {
    "one at a time": systems.one_at_a_time,
    "batched": systems.batched,
    "threads": systems.threads,
    "lectern": systems.lectern,
}
OTHERS = ("one at a time", "batched", "threads")


@dataclass(frozen=True)
class Workload:
    """Uploads that arrive together, in this order; latencies are those of the last `clients`."""

    name: str
    items: list[audio.Item]
    clients: int
    rounds: int = 3


@dataclass(frozen=True)
class Result:
    """One run of one system."""

    workload: str
    system: str
    wall_s: float
    cpu_s: float
    p50_s: float
    last_s: float


def workloads(folder: Path, *, quick: bool) -> list[Workload]:
    """What is measured."""
    clips = audio.clips(folder, 4 if quick else 16)
    long_s, mid_s = (60, 40) if quick else (600, 180)
    mids = [audio.long_file(folder, mid_s, shift) for shift in range(2 if quick else 4)]
    return [
        Workload("clips", clips, len(clips)),
        Workload("mid", mids, len(mids)),
        Workload("mix", [audio.long_file(folder, long_s), *clips], len(clips), rounds=1),  # seven minutes a round
        Workload("lone", mids[:1], 1),
    ]


def run(model: Path, device: systems.Device, loads: Sequence[Workload], most_rounds: int) -> list[Result]:
    """Every system in turn, round by round; the turn's order is reversed in every second round."""
    found: list[Result] = []
    with ExitStack() as stack:
        serving = {name: stack.enter_context(make(model, device)) for name, make in SYSTEMS.items()}
        for serve in serving.values():
            serve(loads[0].items[:1])
        turns = [(load, number) for load in loads for number in range(min(load.rounds, most_rounds))]
        for load, number in turns:
            order = list(serving) if number % 2 == 0 else list(reversed(serving))
            found += [_measured(load, name, serving[name]) for name in order]
    return found


def _measured(load: Workload, name: str, serve: systems.Serve) -> Result:
    with Stopwatch() as spent:
        answers = serve(load.items)
    waits = sorted(answer.latency_s for answer in answers[-load.clients :])
    result = Result(load.name, name, max(a.latency_s for a in answers), spent.cpu_s, median(waits), waits[-1])
    print(f"  {load.name}: {name}: {result.wall_s:.1f} s, {result.cpu_s:.1f} processor s", flush=True)
    return result


def medians(results: Sequence[Result]) -> dict[tuple[str, str], Result]:
    """One result a workload and system."""
    keys = dict.fromkeys((result.workload, result.system) for result in results)
    return {key: _median([r for r in results if (r.workload, r.system) == key]) for key in keys}


def _median(rs: list[Result]) -> Result:
    first = rs[0]
    values = [median(getattr(r, name) for r in rs) for name in ("wall_s", "cpu_s", "p50_s", "last_s")]
    return Result(first.workload, first.system, *values)


def show(found: dict[tuple[str, str], Result]) -> None:
    """The table, with ratios to one-at-a-time."""
    rows: list[list[object]] = []
    for (load, system), r in found.items():
        base = found[load, OTHERS[0]]
        ratios = [r.wall_s / base.wall_s, r.cpu_s / base.cpu_s, r.p50_s / base.p50_s]
        rows.append([f"{load}: {system}", r.wall_s, r.cpu_s, r.p50_s, r.last_s, *ratios])
    table(["workload: system", "wall s", "cpu s", "p50 s", "last s", "wall/one", "cpu/one", "p50/one"], rows)


def judge(found: dict[tuple[str, str], Result]) -> bool:
    """Print which targets are kept; whether all are."""
    kept: list[bool] = []
    for load in dict.fromkeys(load for load, _ in found):
        best = min(found[load, other].cpu_s for other in OTHERS)
        kept.append(verdict(f"{load}: processor time over the best", found[load, "lectern"].cpu_s / best, 1.05))
    if ("mix", "lectern") in found:
        one, ours = found["mix", "one at a time"], found["mix", "lectern"]
        kept.append(verdict("clips beside a long file: p50 over one-at-a-time", ours.p50_s / one.p50_s, 0.5))
    if ("lone", "lectern") in found:
        lone = found["lone", "lectern"].wall_s / found["lone", "batched"].wall_s
        kept.append(verdict("a lone client over the batched pipeline", lone, 1.03))
    return all(kept)


def main() -> None:
    """Measures and prints."""
    parser = arguments(__doc__)
    parser.add_argument("--model", default="tiny", choices=models.SHAPES, help="random weights of this size")
    parser.add_argument("--only", nargs="+", choices=("clips", "mid", "mix", "lone"), help="these workloads")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--words", action="store_true", help="all give words with times, not only text")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    model = models.build("nano" if chosen.quick else chosen.model, MODELS)
    with tempfile.TemporaryDirectory() as folder:
        made = workloads(Path(folder), quick=chosen.quick)
        loads = [load for load in made if not chosen.only or load.name in chosen.only]
        device = systems.Device(word_times=chosen.words)
        results = run(model, device, loads, 1 if chosen.quick else chosen.rounds)
    found = medians(results)
    show(found)
    judge(found)
    if chosen.json:
        write_json(chosen.json, [vars(result) for result in results])


if __name__ == "__main__":
    main()
