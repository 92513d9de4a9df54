"""Seconds of batches in each stage, by their size, with the share of the least time; streams; rows unlike solo."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench import identity
from tests.bench.gpu.power import gpu_name
from tests.bench.models import SHAPES
from tests.bench.report import median
from tests.bench.roofline.limits import Model, device
from tests.support.transcriber.clips import lecture_audio, piece
from transcriber.model.backend import Ask, Decoding, Mel
from transcriber.model.whisper import WhisperBackend

WINDOW_S = 30.0
ROUNDS = 3
TIMES_BATCH = 16  # at which the price of time tokens is looked at
MISMATCH_BATCHES = (2, 8, 32)
Figures = list[dict[str, Any]]


@dataclass(frozen=True)
class Plan:
    """Which models, batch sizes, numbers of clients and rows; `long_s` seconds is the file that is sent alone."""

    models: tuple[str, ...] = ("turbo", "large-v3")
    batches: tuple[int, ...] = (1, 4, 8, 16, 32, 64)
    clients: tuple[int, ...] = (1, 16, 64)
    rows: int = 32
    long_s: float = 600.0


TINY = Plan(models=("nano",), batches=(1, 4), clients=(1, 4), rows=6, long_s=60.0)


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


def sweep(backend: WhisperBackend, name: str, plan: Plan) -> Figures:
    """Costs by batch size; ends early where the device's memory is too small."""
    mels = features(backend, max(plan.batches))
    found: Figures = []
    for size in plan.batches:
        try:
            cost = _costs(backend, mels[:size])
        except RuntimeError as error:
            if backend.fault(error) != "out_of_memory":
                raise
            print(f"{name} {backend.compute_type}: a batch of {size} does not fit into memory")
            break
        total_s = cost["encode"] + cost["beam 5"] + cost["align"]
        row = {"model": f"{name} {backend.compute_type}", "batch": size, **cost}
        found.append({**row, "x real time": size * WINDOW_S / total_s, **_shares(backend, name, size, cost)})
    return found


def _costs(backend: WhisperBackend, group: list[Mel]) -> dict[str, float]:
    """Seconds of one batch: encode, greedy, beam search and align, with time tokens at one size; and steps."""
    encoded = backend.encode(group)

    def generate(beam: int, *, times: bool = False) -> list[tuple[int, ...]]:
        prompts = [backend.prompt("en", Ask(token_times=times))] * len(group)
        return [row.tokens for row in backend.generate(encoded, prompts, Decoding(beam_size=beam))]

    said = generate(5)
    lengths = [WINDOW_S] * len(group)
    with_times = len(group) == TIMES_BATCH
    return {
        # Copying one row back waits for the device: encode alone would only queue the work.
        "encode": seconds(lambda: backend.keep(backend.encode(group), [0])),
        "greedy": seconds(lambda: generate(1)),
        "beam 5": seconds(lambda: generate(5)),
        "beam 5, times": seconds(lambda: generate(5, times=True)) if with_times else float("nan"),
        "align": seconds(lambda: backend.align(encoded, "en", "transcribe", said, lengths)),
        "steps": float(max(len(row) for row in said)),
    }


def _shares(backend: WhisperBackend, name: str, size: int, cost: dict[str, float]) -> dict[str, float]:
    """Of the least time in the time that encode and beam search took; nothing where the device is in no table."""
    on = device(gpu_name())
    if on is None:
        return {}
    model = Model(SHAPES[name], 1 if "int8" in backend.compute_type else 2)
    return {
        "encode's share": size * model.encode_s(on) / cost["encode"],
        "beam's share": model.generate_s(on, size, cost["steps"], 5) / cost["beam 5"],
    }


def streams(model: Path, device: str, compute: str, name: str, plan: Plan) -> Figures:
    """Windows a second with one and with two streams on one copy of the weights."""
    found: Figures = []
    size = min(16, plan.batches[-1])
    for count in (1, 2):
        backend = WhisperBackend(str(model), device, compute, workers=count)
        group = features(backend, size)
        prompts = [backend.prompt("en", Ask())] * size

        batch = partial(_batch, backend, group, prompts)
        with ThreadPoolExecutor(count) as pool:
            took_s = seconds(lambda pool=pool, batch=batch: list(pool.map(batch, range(4))))
        found.append({"model": name, "streams": count, "batch": size, "windows/s": 4 * size / took_s})
    return found


def _batch(backend: WhisperBackend, group: list[Mel], prompts: list[tuple[int, ...]], _: int) -> None:
    backend.generate(backend.encode(group), prompts, Decoding())


def mismatches(backend: WhisperBackend, label: str, mels: Sequence[Mel]) -> Figures:
    """Rows that differ from the same row alone, by batch size and beam."""
    found: Figures = []
    for beam in (1, 5):
        for size in (each for each in MISMATCH_BATCHES if each <= len(mels)):
            wrong, distinct = identity.different(backend, mels, size, Decoding(beam_size=beam), times=False)
            row = {"model": label, "beam": beam, "batch": size, "rows": len(mels), "distinct": distinct}
            found.append({**row, "different": wrong})
    return found
