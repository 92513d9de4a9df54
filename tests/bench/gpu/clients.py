"""Clips of 5 to 15 s from one client and from many at once, and a long file alone, by every system."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.bench import audio, systems
from tests.bench.gpu.costs import Figures, Plan
from tests.bench.gpu.power import watched
from tests.bench.report import median

ROUNDS = 3
WAYS: dict[str, tuple[systems.Make, dict[str, int]]] = {
    "one at a time": (systems.one_at_a_time, {}),
    "batched": (systems.batched, {}),
    "Lectern": (systems.lectern, {}),
    "Lectern, 8 readers": (systems.lectern, {"readers": 8}),
    "Lectern, 8 readers, 2 streams": (systems.lectern, {"readers": 8, "workers": 2}),
}


def clients(model: Path, device: systems.Device, name: str, plan: Plan, way: str) -> Figures:
    """Speed, waits in seconds and joules a minute of sound in one of the WAYS; medians of rounds after a warm-up."""
    make, sizes = WAYS[way]
    with tempfile.TemporaryDirectory() as folder, make(model, replace(device, **sizes)) as serve:
        return [
            {"model": name, "system": way, "load": load, **_measured(serve, items)}
            for load, items in _loads(Path(folder), plan).items()
        ]


def _loads(folder: Path, plan: Plan) -> dict[str, list[audio.Item]]:
    clips = {f"{count} clips": audio.clips(folder, count) for count in plan.clients}
    return {**clips, f"{plan.long_s / 60:.0f} min": [audio.long_file(folder, plan.long_s)]}


def _measured(serve: systems.Serve, items: Sequence[audio.Item]) -> dict[str, float]:
    serve(items[-1:])
    with watched() as drawn:
        waits = [sorted(answer.latency_s for answer in serve(items)) for _ in range(ROUNDS)]
    sound_s, wall_s = sum(item.seconds for item in items), median(each[-1] for each in waits)
    return {
        "x real time": sound_s / wall_s,
        "p50 s": median(median(each) for each in waits),
        "last s": wall_s,
        "busy %": drawn.busy,
        "W": drawn.watts,
        "J/min": drawn.watts * wall_s / sound_s * 60,
        "MiB": drawn.peak_mib,
    }
