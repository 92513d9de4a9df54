"""What a GPU makes of it: batch sizes, workers, compute types, mismatches, the price of times, and the rivals.

Random-weight large-v3 and turbo are built on the spot (minutes, and 3 GB and 2 GB of disk; kept for the next time).
Predicted on paper for an H100 or H200: windows a second grow until batches of 32; two workers help where small kernels
wait for their launch; time tokens cost a batch of 32 more than they are worth; `align` costs a few per cent; 16
clients are served 5 times as fast as one at a time, 64 clients 7 to 10 times; on a T4 about twice. In half precision a
few rows in a hundred differ from solo. Exit code 2 where there is no GPU; `--device cpu --tiny` tries the program out.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import ctranslate2 as untyped_ctranslate2
import numpy as np

from tests.bench import audio, identity, models, systems
from tests.bench.report import MODELS, arguments, median, table, write_json
from tests.support.transcriber.clips import lecture_audio, piece
from transcriber.model.backend import Ask, Decoding, Mel
from transcriber.model.whisper import WhisperBackend

ctranslate2 = cast("Any", untyped_ctranslate2)
WINDOW_S = 30.0
ROUNDS = 3
COMPUTE_TYPES = ("float16", "int8_float16", "bfloat16")
Figures = list[dict[str, Any]]


class Sizes:
    """How much is measured: all of it on a GPU, a little on a CPU."""

    def __init__(self, *, tiny: bool) -> None:
        self.models = ("nano",) if tiny else ("turbo", "large-v3")
        self.batches = (1, 4) if tiny else (1, 2, 4, 8, 16, 32, 64)
        self.clients = (1, 4) if tiny else (1, 16, 64)
        self.rows = 6 if tiny else 64
        self.workers_batch = 2 if tiny else 16


def seconds(work: Callable[[], object]) -> float:
    """The median of some runs, after one that warms up."""
    work()
    found: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return median(found)


def features(backend: WhisperBackend, count: int) -> list[Mel]:
    """Full windows, all different."""
    sound = np.tile(lecture_audio(), 2)
    return [backend.features(piece(sound, start, start + WINDOW_S)) for start in np.linspace(0, 100, count).tolist()]


def costs(backend: WhisperBackend, mels: Sequence[Mel], size: int) -> dict[str, float]:
    """Seconds of one batch in each stage: greedy and beam search, the same with time tokens, and align."""
    group = list(mels[:size])
    encoded = backend.encode(group)

    def generate(beam: int, *, times: bool = False) -> list[tuple[int, ...]]:
        prompts = [backend.prompt("en", Ask(token_times=times))] * size
        return [row.tokens for row in backend.generate(encoded, prompts, Decoding(beam_size=beam))]

    said = generate(1)
    lengths = [WINDOW_S] * size
    return {
        # Copying one row back waits for the device: encode alone would only queue the work.
        "encode": seconds(lambda: backend.keep(backend.encode(group), [0])),
        "greedy": seconds(lambda: generate(1)),
        "beam 5": seconds(lambda: generate(5)),
        "greedy, times": seconds(lambda: generate(1, times=True)),
        "beam 5, times": seconds(lambda: generate(5, times=True)),
        "align": seconds(lambda: backend.align(encoded, "en", "transcribe", said, lengths)),
        "tokens": float(np.mean([len(row) for row in said])),
    }


def sweep(backend: WhisperBackend, label: str, sizes: Sizes) -> Figures:
    """Costs by batch size; ends early where the device's memory is too small."""
    mels = features(backend, max(sizes.batches))
    found: Figures = []
    for size in sizes.batches:
        try:
            cost = costs(backend, mels, size)
        except RuntimeError as error:
            if backend.fault(error) != "out_of_memory":
                raise
            print(f"{label}: a batch of {size} does not fit into memory")
            break
        total_s = cost["encode"] + cost["beam 5"] + cost["align"]
        found.append({"model": label, "batch": size, **cost, "x real time": size * WINDOW_S / total_s})
    if found:
        table(list(found[0]), [list(row.values()) for row in found])
    return found


def workers(model: Path, device: str, compute: str, label: str, sizes: Sizes) -> Figures:
    """Windows a second with one and with two streams on one copy of the weights."""
    found: Figures = []
    for count in (1, 2):
        backend = WhisperBackend(str(model), device, compute, workers=count)
        group = features(backend, sizes.workers_batch)
        prompts = [backend.prompt("en", Ask())] * len(group)

        def batch(
            _: int,
            backend: WhisperBackend = backend,
            group: list[Mel] = group,
            prompts: list[tuple[int, ...]] = prompts,
        ) -> None:
            backend.generate(backend.encode(group), prompts, Decoding())

        with ThreadPoolExecutor(count) as pool:
            took_s = seconds(lambda pool=pool, batch=batch: list(pool.map(batch, range(4))))
        found.append({"model": label, "workers": count, "batch": len(group), "windows/s": 4 * len(group) / took_s})
    table(list(found[0]), [list(row.values()) for row in found])
    return found


def mismatches(backend: WhisperBackend, label: str, sizes: Sizes) -> Figures:
    """Rows that differ from the same row alone, by batch size and beam."""
    mels = identity.windows(backend, sizes.rows, WINDOW_S)
    found: Figures = []
    for beam in (1, 5):
        for size in sizes.batches[1::2]:
            wrong, distinct = identity.different(backend, mels, size, Decoding(beam_size=beam), times=False)
            row = {"model": label, "beam": beam, "batch": size, "rows": len(mels), "distinct": distinct}
            found.append({**row, "different": wrong})
    table(list(found[0]), [list(row.values()) for row in found])
    return found


def clients(model: Path, device: str, compute: str, label: str, sizes: Sizes) -> Figures:
    """Clips of 5 to 15 s from 1, 16 and 64 clients at once, and a 10-minute file alone, by every system."""
    ways = {"one at a time": systems.one_at_a_time, "batched": systems.batched, "lectern": systems.lectern}
    found: Figures = []
    batch = max(sizes.batches) if device == "cpu" else 32
    for name, make in ways.items():
        made = systems.Device(device, compute, batch_size=batch, their_batch_size=batch)
        with tempfile.TemporaryDirectory() as folder, make(model, made) as serve:
            loads = {f"{n} clips": audio.clips(Path(folder), n) for n in sizes.clients}
            loads["10 min"] = [audio.long_file(Path(folder), 60 if device == "cpu" else 600)]
            serve(loads["10 min"])
            for load, items in loads.items():
                waits = sorted(answer.latency_s for answer in serve(items))
                speed = sum(item.seconds for item in items) / waits[-1]
                row = {"model": label, "system": name, "load": load, "x real time": speed}
                found.append({**row, "p50 s": median(waits), "last s": waits[-1]})
    table(list(found[0]), [list(row.values()) for row in found])
    return found


def main() -> None:
    """Measures and prints; what is known so far is in OUT/gpu.json after every part."""
    parser = arguments(__doc__)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--tiny", action="store_true", help="very small models and few sizes")
    parser.add_argument("--out", type=Path, default=Path("out/bench"), help="folder for gpu.json")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder for the models")
    chosen = parser.parse_args()
    if chosen.device == "cuda" and not ctranslate2.get_cuda_device_count():
        print("There is no GPU here: nothing was measured (--device cpu --tiny tries the program out).")
        sys.exit(2)
    sizes = Sizes(tiny=chosen.tiny or chosen.quick)
    supported = ctranslate2.get_supported_compute_types(chosen.device)
    types = [each for each in COMPUTE_TYPES if each in supported] if chosen.device == "cuda" else ["int8", "float32"]
    found: dict[str, Figures] = {"sweep": [], "workers": [], "mismatches": [], "clients": []}
    for name in sizes.models:
        model = models.build(name, chosen.models, "float16" if chosen.device == "cuda" else "float32")
        for compute in types:
            backend = WhisperBackend(str(model), chosen.device, compute)
            label = f"{name} {compute}"
            found["sweep"] += sweep(backend, label, sizes)
            found["mismatches"] += mismatches(backend, label, sizes)
            write_json(chosen.out / "gpu.json", found)
            del backend
        found["workers"] += workers(model, chosen.device, types[0], name, sizes)
        found["clients"] += clients(model, chosen.device, types[0], name, sizes)
        write_json(chosen.out / "gpu.json", found)
    print(f"written to {chosen.out / 'gpu.json'}")


if __name__ == "__main__":
    main()
