"""A processor's kernels by themselves: operations a second of the model's matrix products, on one thread."""

import time
from pathlib import Path
from typing import Any, cast

import ctranslate2 as untyped_ctranslate2
import numpy as np

from tests.bench import models
from tests.bench.report import median
from tests.bench.roofline.limits import Model

ctranslate2 = cast("Any", untyped_ctranslate2)
ROUNDS = 7
SHORT_ROWS, SHORT_FRAMES = 15, 200  # as many positions as 30 s has, and next to no attention between them


def kernel_rate(folder: Path, compute: str) -> float:
    """Of what six layers cost more than none, where all but 3 % of their operations are matrix products."""
    one, seven = (
        _encode_s(models.build(name, folder, compute), compute, SHORT_ROWS, SHORT_FRAMES)
        for name in ("base, 1 layer", "base, 7 layers")
    )
    width, positions = models.SHAPES["base"].width, SHORT_FRAMES // 2
    layer = SHORT_ROWS * (24 * positions * width**2 + 4 * positions**2 * width)
    return 6 * layer / (seven - one)


def encode_share(folder: Path, compute: str, rate: float, rate32: float) -> tuple[float, float]:
    """Seconds that `base`'s encoder takes for 30 s, and the share of them that its products need.

    Those with weights at `rate`, the others at `rate32`, that of float32, which CTranslate2 computes them in.
    """
    took_s = _encode_s(models.build("base", folder, compute), compute, 1, 2 * models.FRAMES)
    model = Model(models.SHAPES["base"])
    others = model.encode_operations - model.linear_operations
    return took_s, (model.linear_operations / rate + others / rate32) / took_s


def _encode_s(weights: Path, compute: str, rows: int, frames: int) -> float:
    model = ctranslate2.models.Whisper(str(weights), device="cpu", compute_type=compute, intra_threads=1)
    sound = np.random.default_rng(0).standard_normal((rows, 80, frames), np.float32)
    view = ctranslate2.StorageView.from_array(sound)
    found: list[float] = []
    for number in range(ROUNDS + 1):
        began = time.perf_counter()
        model.encode(view)
        if number:  # the first one lays the weights out
            found.append(time.perf_counter() - began)
    return median(found)
