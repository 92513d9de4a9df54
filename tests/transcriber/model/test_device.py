"""Where the model computes: what a driver that is too old, or a missing part, leads to."""

from pathlib import Path
from typing import Any

import pytest

from transcriber.errors import ConfigError
from transcriber.model.device import Gpu, choose_device, driver_version, highest_capability, look

T4 = Gpu(driver=535, capability=7, usable=True, has_cublas=True)
H100 = Gpu(driver=570, capability=9, usable=True, has_cublas=True)
PROC = """NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024
GCC version:  gcc version 12.3.0 (Ubuntu 12.3.0-1ubuntu1~22.04)
"""
PROC_OPEN = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.133.20  Release Build  (dvs-builder@U22)\n"


class Driver:
    """libcuda with GPUs of these compute capabilities."""

    def __init__(self, *capabilities: int, refuses: bool = False) -> None:
        self.capabilities, self.refuses = capabilities, refuses

    def cuInit(self, _: int) -> int:  # noqa: N802 - the library's names
        return 100 if self.refuses else 0

    def cuDeviceGetCount(self, count: Any) -> int:  # noqa: N802
        count._obj.value = len(self.capabilities)
        return 0

    def cuDeviceGet(self, device: Any, ordinal: int) -> int:  # noqa: N802
        device._obj.value = ordinal
        return 0

    def cuDeviceGetAttribute(self, value: Any, _: int, device: Any) -> int:  # noqa: N802
        value._obj.value = self.capabilities[device.value]
        return 0


@pytest.mark.parametrize(
    ("wanted", "gpu", "chosen"),
    [
        ("auto", T4, "cuda"),
        ("cuda", T4, "cuda"),
        ("cpu", T4, "cpu"),
        ("auto", H100, "cuda"),
        ("auto", Gpu(), "cpu"),
        ("auto", Gpu(driver=520, capability=7), "cpu"),
        ("auto", Gpu(driver=535, capability=9), "cpu"),
        ("cuda", Gpu(driver=None, capability=8, usable=True, has_cublas=True), "cuda"),
    ],
)
def test_a_gpu_is_taken_where_its_driver_is_new_enough(wanted: str, gpu: Gpu, chosen: str) -> None:
    assert choose_device(wanted, gpu) == chosen


@pytest.mark.parametrize(
    ("wanted", "gpu", "says"),
    [
        ("cuda", Gpu(), "no NVIDIA GPU can be seen here"),
        ("cuda", Gpu(driver=535, capability=7), "no NVIDIA GPU can be seen here"),
        ("cuda", Gpu(driver=520, capability=7), "the NVIDIA driver 520 is too old: this GPU needs 525 or newer"),
        ("cuda", Gpu(driver=535, capability=9), "the NVIDIA driver 535 is too old: this GPU needs 570 or newer"),
        ("cuda", Gpu(driver=565, capability=12), "the NVIDIA driver 565 is too old: this GPU needs 570 or newer"),
        ("auto", Gpu(driver=570, capability=9, usable=True), "not cuBLAS 12: build the image with docker-compose.gpu"),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(wanted: str, gpu: Gpu, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        choose_device(wanted, gpu)


@pytest.mark.parametrize(("text", "version"), [(PROC, 535), (PROC_OPEN, 570), ("something else", None)])
def test_the_driver_says_its_version_in_proc(tmp_path: Path, text: str, version: int | None) -> None:
    (tmp_path / "version").write_text(text)
    assert driver_version(tmp_path / "version") == version


def test_a_driver_without_proc_has_no_version(tmp_path: Path) -> None:
    assert driver_version(tmp_path / "version") is None


@pytest.mark.parametrize(
    ("driver", "highest"), [(Driver(7, 9, 8), 9), (Driver(), None), (Driver(7, refuses=True), None)]
)
def test_the_newest_gpu_decides(driver: Driver, highest: int | None) -> None:
    assert highest_capability(driver) == highest


def test_a_machine_without_a_driver_has_no_gpu() -> None:
    if Path("/dev/nvidia0").exists():
        pytest.skip("this machine has a GPU")
    assert look() == Gpu()
