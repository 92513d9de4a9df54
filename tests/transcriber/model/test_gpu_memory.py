"""The driver's pool: what is asked of it, and that a driver which refuses is no reason not to start."""

from ctypes import c_uint64
from typing import Any

import pytest

from transcriber.model.gpu_memory import EVERYTHING, RELEASE_THRESHOLD, keep_freed_memory

POOL = 77


class Driver:
    """libcuda with a pool; the call named `refuses` fails with an error of CUDA's. `kept` is what it was told."""

    def __init__(self, refuses: str = "") -> None:
        self._refuses = refuses
        self.kept: dict[tuple[int, int], int] = {}

    def cuInit(self, _: int) -> int:  # noqa: N802 - the library's names
        return self._answer("cuInit")

    def cuDeviceGet(self, device: Any, ordinal: int) -> int:  # noqa: N802
        device._obj.value = ordinal
        return self._answer("cuDeviceGet")

    def cuDeviceGetDefaultMemPool(self, pool: Any, device: Any) -> int:  # noqa: N802
        pool._obj.value = POOL + device.value
        return self._answer("cuDeviceGetDefaultMemPool")

    def cuMemPoolSetAttribute(self, pool: Any, attribute: int, value: Any) -> int:  # noqa: N802
        assert isinstance(value._obj, c_uint64)
        self.kept[pool.value, attribute] = value._obj.value
        return self._answer("cuMemPoolSetAttribute")

    def _answer(self, call: str) -> int:
        return 801 if call == self._refuses else 0


def test_the_pool_of_the_device_keeps_all_that_is_given_back() -> None:
    driver = Driver()
    assert keep_freed_memory(driver, 1)
    assert driver.kept == {(POOL + 1, RELEASE_THRESHOLD): EVERYTHING}


@pytest.mark.parametrize("call", ["cuInit", "cuDeviceGet", "cuDeviceGetDefaultMemPool", "cuMemPoolSetAttribute"])
def test_a_driver_without_pools_is_said_to_keep_nothing(call: str) -> None:
    assert not keep_freed_memory(Driver(refuses=call), 0)
