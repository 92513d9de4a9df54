"""What a GPU makes of it: `python -m tests.bench.gpu`.

The service's start and its words, batch sizes with the share of the device's limit, streams, rows unlike solo, clients
of every system, and an encoder with fused attention. Random-weight large-v3 and turbo are built on the spot (a minute,
and 3 GB and 2 GB of disk; kept for the next time). `--heard MODEL FOLDER` hears recordings with real weights too.

Predicted on paper for an H100 or H200: windows a second grow until batches of 32; two streams help where small kernels
wait for their launch; time tokens cost a batch of 16 more than half of its decoding; `align` costs a few per cent; 16
clients are served 5 times as fast as one at a time, 64 clients 7 to 10 times; on a T4 about twice. In half precision a
few rows in a hundred differ from solo. Exit code 2 where there is no GPU; `--device cpu --tiny` tries the program out.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import ctranslate2 as untyped_ctranslate2

from tests.bench import identity, models, systems
from tests.bench.gpu import costs, service
from tests.bench.gpu.clients import WAYS, clients
from tests.bench.gpu.costs import TINY, Figures, Plan
from tests.bench.gpu.fused import fused
from tests.bench.gpu.power import gpu_name
from tests.bench.report import MODELS, arguments, table, write_json
from transcriber.model.whisper import WhisperBackend

ctranslate2 = cast("Any", untyped_ctranslate2)
PARTS = ("starts", "heard", "sweep", "mismatches", "streams", "clients", "fused")
COMPUTE_TYPES = {"cuda": ("float16", "int8_float16"), "cpu": ("int8", "float32")}


class Bench:
    """Runs the parts that are wanted, prints each and keeps what is known so far in a file."""

    def __init__(self, chosen: Any) -> None:
        self._chosen = chosen
        self._plan = Plan(models=tuple(chosen.models)) if not (chosen.tiny or chosen.quick) else TINY
        self._types = COMPUTE_TYPES[chosen.device]
        self._found: dict[str, Any] = {"device": gpu_name() or chosen.device}

    def run(self) -> None:
        """All parts in their order; what a model costs is measured model by model."""
        print(self._found["device"], flush=True)
        self._part("starts", lambda: service.starts(self._chosen.device))
        if self._chosen.heard:
            model, folder = self._chosen.heard
            self._part("heard", lambda: self._heard(model, Path(folder)))
            self._part("mismatches", lambda: self._mismatches(model, 30.0, Path(model).name))
        for name in self._plan.models:
            self._of_model(name)
        self._part("fused", lambda: fused(self._plan))

    def _of_model(self, name: str) -> None:
        device, plan = self._chosen.device, self._plan
        weights = models.build(name, self._chosen.folder, "float16" if device == "cuda" else "float32")
        for compute in self._types:
            self._part("sweep", lambda c=compute: costs.sweep(WhisperBackend(str(weights), device, c), name, plan))
        first = self._types[0]
        self._part("streams", lambda: costs.streams(weights, device, first, name, plan))
        largest = plan.batches[-1] if device == "cpu" else 32
        made = systems.Device(device, first, batch_size=min(16, largest), their_batch_size=min(16, largest))
        for way in WAYS:
            self._part("clients", lambda w=way: clients(weights, made, name, plan, w))

    def _heard(self, model: str, folder: Path) -> Figures:
        here = service.hearing(self._chosen.device, model, folder, self._types)
        return here if self._chosen.device == "cpu" else [*here, *service.hearing("cpu", model, folder, ("int8",))]

    def _mismatches(self, model: str, window_s: float, name: str) -> Figures:
        found: Figures = []
        for compute in self._types:
            backend = WhisperBackend(model, self._chosen.device, compute)
            mels = identity.windows(backend, self._plan.rows, window_s)
            found += costs.mismatches(backend, f"{name} {compute}", mels)
        return found

    def _part(self, name: str, measure: Callable[[], Figures]) -> None:
        if name not in self._chosen.parts:
            return
        began = time.perf_counter()
        rows = measure()
        self._found[name] = [*self._found.get(name, []), *rows]
        print(f"== {name}: {time.perf_counter() - began:.0f} s", flush=True)
        if rows:
            head = list(dict.fromkeys(column for row in rows for column in row))
            table(head, [[row.get(column, "") for column in head] for row in rows])
        write_json(self._chosen.out / "gpu.json", self._found)


def main() -> None:
    """Measures and prints; what is known so far is in OUT/gpu.json after every part."""
    parser = arguments(__doc__)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--tiny", action="store_true", help="a very small model and few sizes")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--models", nargs="+", choices=sorted(models.SHAPES), default=Plan.models)
    parser.add_argument("--heard", nargs=2, metavar=("MODEL", "FOLDER"), help="weights; recordings with .txt files")
    parser.add_argument("--out", type=Path, default=Path("out/bench"), help="folder for gpu.json")
    parser.add_argument("--folder", type=Path, default=MODELS, help="folder for the models")
    chosen = parser.parse_args()
    if chosen.device == "cuda" and not ctranslate2.get_cuda_device_count():
        print("There is no GPU here: nothing was measured (--device cpu --tiny tries the program out).")
        sys.exit(2)
    Bench(chosen).run()
    print(f"written to {chosen.out / 'gpu.json'}")


if __name__ == "__main__":
    main()
