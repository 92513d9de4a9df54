"""What glibc's heap costs: processor seconds and peak memory of the service, by the variables that it is started with.

`python -m tests.bench.roofline.heap` (run on its own). Real base, eight bits, a lecture of five minutes over HTTP, in
turns; medians. Predicted: blocks that go back to the kernel cost a sixth of the processor time (144 MB of attention
scores a layer, zeroed page by page), and keeping them leaves the peak as it is.
"""

import asyncio
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.bench.report import arguments, median, table, verdict
from tests.bench.rivals.contenders import Contender, contenders, started
from tests.bench.rivals.load import send
from tests.bench.rivals.workloads import Workload, workloads
from tests.support.heap import heap

KINDS = {"glibc's own": {}, "one heap": {"MALLOC_ARENA_MAX": "1"}, "as in the image": heap()}
MIB = 1 << 20


class Spent(NamedTuple):
    """Processor seconds, those of them in the kernel, and MiB at the peak."""

    processor_s: float
    in_kernel_s: float
    peak_mib: float


async def spent(contender: Contender, load: Workload, variables: dict[str, str]) -> Spent:
    """What one run takes."""
    async with started(contender, variables) as running:
        before_s, kernel_s = running.cpu_s(), running.process.cpu_times().system
        await send(contender, running, load.uploads, load.clients)
        in_kernel_s = running.process.cpu_times().system - kernel_s
        return Spent(running.cpu_s() - before_s, in_kernel_s, running.peak_bytes / MIB)


async def measured(rounds: int, load: Workload) -> dict[str, Spent]:
    """Medians of each kind."""
    ours, found = contenders("base")[0], {name: list[Spent]() for name in KINDS}
    for _ in range(rounds):
        for name, variables in KINDS.items():
            found[name].append(await spent(ours, load, variables))
    return {name: Spent(*map(median, zip(*each, strict=True))) for name, each in found.items()}


def main() -> None:
    """Measures and prints."""
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=4)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lecture = next(load for load in workloads(Path(folder), quick=chosen.quick) if "lecture of" in load.name)
        found = asyncio.run(measured(1 if chosen.quick else chosen.rounds, lecture))
    table(["heap", "processor s", "in the kernel s", "peak MiB"], [[name, *each] for name, each in found.items()])
    verdict("processor time over one heap's", found["as in the image"].processor_s / found["one heap"].processor_s, 0.9)


if __name__ == "__main__":
    main()
