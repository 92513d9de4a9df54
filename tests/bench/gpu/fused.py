"""An encoder with fused attention beside CTranslate2's: what the idea would win. Needs PyTorch, as nothing else does.

Measured with a layer's own operations and random weights, in half precision: the device's best for a large product and
a large copy, then encoders of the model's shape by batch size.
"""

import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from tests.bench.gpu.costs import Figures, Plan
from tests.bench.models import FRAMES, SHAPES, Shape
from tests.bench.report import median
from tests.bench.roofline.limits import Model

ROUNDS = 5
SIDE = 8192
COPIED = 2 << 30


def fused(plan: Plan) -> Figures:
    """The device's measured best, and encoders' seconds and share of it; nothing where PyTorch sees no GPU."""
    if not find_spec("torch"):
        return []
    torch: Any = import_module("torch")
    if not torch.cuda.is_available():
        return []
    rate, memory = _best(torch)
    found: Figures = [{"what": f"product {rate / 1e12:.0f} TFLOP/s, copy {memory / 1e12:.2f} TB/s"}]
    for name in plan.models:
        least_s = Model(SHAPES[name]).encode_operations / rate
        for size in plan.batches:
            took_s = _seconds(torch, _encoder(torch, SHAPES[name], size))
            found.append({"what": name, "batch": size, "encode": took_s, "share": size * least_s / took_s})
    return found


def _best(torch: Any) -> tuple[float, float]:
    """Operations a second in half precision, and bytes a second, read and written."""
    one, two = (torch.randn(SIDE, SIDE, device="cuda", dtype=torch.float16) for _ in range(2))
    source = torch.empty(COPIED, device="cuda", dtype=torch.uint8)
    target = torch.empty_like(source)
    product_s, copy_s = _seconds(torch, lambda: one @ two), _seconds(torch, lambda: target.copy_(source))
    return 2 * SIDE**3 / product_s, 2 * COPIED / copy_s


def _encoder(torch: Any, shape: Shape, size: int) -> Callable[[], object]:
    """All layers behind the convolutions; the same weights for each, which a cache is too small to keep."""
    functional, half = torch.nn.functional, {"device": "cuda", "dtype": torch.float16}
    d, heads = shape.width, shape.heads
    layers = [
        [torch.randn(n * d, m * d, **half) * (m * d) ** -0.5 for n, m in ((3, 1), (1, 1), (4, 1), (1, 4))]
        for _ in range(shape.encoder)
    ]
    sound = torch.randn(size, FRAMES, d, **half)

    def run() -> object:
        x = sound
        for together, out, wide, narrow in layers:
            parts = functional.linear(functional.layer_norm(x, (d,)), together).view(size, FRAMES, 3, heads, d // heads)
            query, key, value = parts.permute(2, 0, 3, 1, 4)
            seen = functional.scaled_dot_product_attention(query, key, value)
            x = x + functional.linear(seen.transpose(1, 2).reshape(size, FRAMES, d), out)
            x = x + functional.linear(functional.gelu(functional.linear(functional.layer_norm(x, (d,)), wide)), narrow)
        return x

    return run


def _seconds(torch: Any, work: Callable[[], object]) -> float:
    found: list[float] = []
    with torch.inference_mode():
        for number in range(ROUNDS + 2):
            torch.cuda.synchronize()
            began = time.perf_counter()
            work()
            torch.cuda.synchronize()
            if number >= 2:  # the first ones choose kernels
                found.append(time.perf_counter() - began)
    return median(found)
