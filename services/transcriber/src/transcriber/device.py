"""Where the model computes, and in what: checked before anything is loaded, with what to do where it cannot be."""

import ctypes
import re
from pathlib import Path
from typing import Any, cast

import ctranslate2 as untyped_ctranslate2

from transcriber.errors import ConfigError

ctranslate2 = cast("Any", untyped_ctranslate2)
# CUDA 12 needs a driver of 525 or newer: https://docs.nvidia.com/deploy/cuda-compatibility/
OLDEST_DRIVER = 525
DRIVER = Path("/proc/driver/nvidia/version")
NO_GPU = (
    "WHISPER_DEVICE=cuda, but no NVIDIA GPU can be seen here: leave docker-compose.gpu.yml out to run on the CPU, or "
    "install the driver and the NVIDIA container toolkit (infra/deploy_worker.sh does)"
)


def choose_device(wanted: str) -> str:
    """`cuda` or `cpu` for auto, cuda or cpu; raises ConfigError where a wanted GPU cannot be used."""
    if wanted == "cpu":
        return "cpu"
    version = driver_version()
    found = version is not None and version >= OLDEST_DRIVER and ctranslate2.get_cuda_device_count() > 0
    if found and not _loads("libcublas.so.12"):
        raise ConfigError("a GPU is here, but not cuBLAS 12: build the image with docker-compose.gpu.yml (GPU=1)")
    if found or wanted == "auto":
        return "cuda" if found else "cpu"
    if version is not None and version < OLDEST_DRIVER:
        raise ConfigError(
            f"the NVIDIA driver {version} is too old: {OLDEST_DRIVER} or newer is needed (570 on H100 and H200)"
        )
    raise ConfigError(NO_GPU)


def choose_compute_type(wanted: str, device: str) -> str:
    """float16 on a GPU and int8 on a CPU for auto; raises ConfigError where the device cannot compute in `wanted`."""
    if wanted == "auto":
        return "float16" if device == "cuda" else "int8"
    offered = sorted(ctranslate2.get_supported_compute_types(device))
    if wanted not in {"default", *offered}:
        raise ConfigError(f"WHISPER_COMPUTE_TYPE={wanted}: this {device} can do {', '.join(offered)}")
    return wanted


def driver_version(said: Path = DRIVER) -> int | None:
    """The NVIDIA driver's major version; None where there is no driver, or it cannot be asked."""
    if not _loads("libcuda.so.1"):
        return None
    try:
        found = re.search(r"Kernel Module\D+(\d+)\.", said.read_text())
    except OSError:
        return OLDEST_DRIVER  # a driver without /proc (WSL): CTranslate2 will tell
    return int(found[1]) if found else OLDEST_DRIVER


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
