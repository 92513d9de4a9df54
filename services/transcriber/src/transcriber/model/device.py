"""Where the model computes, and in what: checked before anything is loaded, with what to do where it cannot be."""

import ctypes
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import ctranslate2 as untyped_ctranslate2

from transcriber.errors import ConfigError

ctranslate2 = cast("Any", untyped_ctranslate2)
# CUDA 12 needs a driver of 525 or newer: https://docs.nvidia.com/deploy/cuda-compatibility/
OLDEST_DRIVER = 525
# The wheel has machine code up to compute capability 8.x. For newer GPUs (H100, H200, Blackwell) the driver compiles
# what CUDA 12.8 made, which one older than 12.8's own cannot read.
COMPILED_BELOW = 9
OLDEST_COMPILING_DRIVER = 570
DRIVER = Path("/proc/driver/nvidia/version")
CAPABILITY_MAJOR = 75  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR in cuda.h
NO_GPU = (
    "WHISPER_DEVICE=cuda, but no NVIDIA GPU can be seen here: leave docker-compose.gpu.yml out to run on the CPU, or "
    "install the driver and the NVIDIA container toolkit (infra/deploy_worker.sh does)"
)


@dataclass(frozen=True)
class Gpu:
    """What there is of NVIDIA: the driver's major version and the highest compute capability; None where unknown."""

    driver: int | None = None
    capability: int | None = None
    usable: bool = False
    has_cublas: bool = False

    @property
    def oldest_driver(self) -> int:
        """The major version that this GPU needs."""
        return OLDEST_COMPILING_DRIVER if (self.capability or 0) >= COMPILED_BELOW else OLDEST_DRIVER

    @property
    def is_outdated(self) -> bool:
        """Whether the driver is too old for this GPU."""
        return self.driver is not None and self.driver < self.oldest_driver


def choose_device(wanted: str, gpu: Gpu | None = None) -> str:
    """`cuda` or `cpu` for auto, cuda or cpu; raises ConfigError where a wanted GPU cannot be used."""
    if wanted == "cpu":
        return "cpu"
    gpu = gpu or look()
    if gpu.is_outdated and wanted == "cuda":
        raise ConfigError(
            f"the NVIDIA driver {gpu.driver} is too old: this GPU needs {gpu.oldest_driver} or newer "
            f"(apt install nvidia-driver-{OLDEST_COMPILING_DRIVER}-server, then reboot)"
        )
    found = gpu.usable and not gpu.is_outdated
    if found and not gpu.has_cublas:
        raise ConfigError("a GPU is here, but not cuBLAS 12: build the image with docker-compose.gpu.yml (GPU=1)")
    if not found and wanted == "cuda":
        raise ConfigError(NO_GPU)
    return "cuda" if found else "cpu"


def choose_compute_type(wanted: str, device: str) -> str:
    """float16 on a GPU and int8 on a CPU for auto; raises ConfigError where the device cannot compute in `wanted`."""
    if wanted == "auto":
        return "float16" if device == "cuda" else "int8"
    offered = sorted(ctranslate2.get_supported_compute_types(device))
    if wanted not in {"default", *offered}:
        raise ConfigError(f"WHISPER_COMPUTE_TYPE={wanted}: this {device} can do {', '.join(offered)}")
    return wanted


def look() -> Gpu:
    """Ask the driver, and CTranslate2 only where the driver is new enough for it."""
    cuda = driver_library()
    if cuda is None:
        return Gpu()
    gpu = Gpu(driver_version(), highest_capability(cuda))
    if gpu.is_outdated:
        return gpu
    usable = int(ctranslate2.get_cuda_device_count()) > 0
    return Gpu(gpu.driver, gpu.capability, usable, has_cublas=_load("libcublas.so.12") is not None)


def driver_library() -> Any:
    """CUDA's driver API, or None."""
    return _load("libcuda.so.1")


def driver_version(said: Path = DRIVER) -> int | None:
    """The NVIDIA driver's major version; None where it cannot be asked (WSL): CTranslate2 will tell."""
    try:
        found = re.search(r"Kernel Module.*?\s(\d+)\.\d", said.read_text())
    except OSError:
        return None
    return int(found[1]) if found else None


def highest_capability(cuda: Any) -> int | None:
    """The major compute capability of the newest GPU; `cuda` is the driver's library."""
    count = ctypes.c_int()
    if cuda.cuInit(0) != 0 or cuda.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return None
    found = (_capability(cuda, ordinal) for ordinal in range(count.value))
    return max((major for major in found if major), default=None)


def _capability(cuda: Any, ordinal: int) -> int | None:
    device, major = ctypes.c_int(), ctypes.c_int()
    refused = cuda.cuDeviceGet(ctypes.byref(device), ordinal) or cuda.cuDeviceGetAttribute(
        ctypes.byref(major), CAPABILITY_MAJOR, device
    )
    return None if refused else major.value


def _load(library: str) -> Any:
    """The library; None where there is none."""
    try:
        return ctypes.CDLL(library)
    except OSError:
        return None
