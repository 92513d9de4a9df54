"""Memory of a GPU that a batch gave back, kept for the next one.

CTranslate2 takes memory from the driver's pool, which by default goes back to the system whenever the GPU has done all
its work: each batch then waits for gigabytes to be mapped anew. Where that was seen, and how long it took, is in
`tests/bench/README.md`. The calls and numbers are those of cuda.h:
https://docs.nvidia.com/cuda/cuda-driver-api/group__CUDA__MALLOC__ASYNC.html
"""

import ctypes
from typing import Any

RELEASE_THRESHOLD = 4  # CU_MEMPOOL_ATTR_RELEASE_THRESHOLD
EVERYTHING = (1 << 64) - 1


def keep_freed_memory(cuda: Any, ordinal: int, kept_bytes: int = EVERYTHING) -> bool:
    """Whether the pool of the GPU `ordinal` now keeps up to `kept_bytes`; `cuda` is the driver's library."""
    device, pool, kept = ctypes.c_int(), ctypes.c_void_p(), ctypes.c_uint64(kept_bytes)
    refused = (
        cuda.cuInit(0)
        or cuda.cuDeviceGet(ctypes.byref(device), ordinal)
        or cuda.cuDeviceGetDefaultMemPool(ctypes.byref(pool), device)
        or cuda.cuMemPoolSetAttribute(pool, RELEASE_THRESHOLD, ctypes.byref(kept))
    )
    return not refused
