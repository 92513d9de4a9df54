"""The harness's disk is full when it is told, and has room again when it is mended."""

import errno
from pathlib import Path

import pytest

from tests.support.consumer.small_disk import small_disk


def test_a_full_disk_takes_no_byte_until_it_is_mended(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as disk:
        if disk is None:
            pytest.skip("no file system can be mounted here: it takes root")
        file = tmp_path / "small" / "file"
        disk.fail("full")
        with pytest.raises(OSError, match="No space left") as failed:
            file.write_bytes(bytes(1 << 16))
        assert failed.value.errno == errno.ENOSPC
        disk.fail("open")
        assert file.write_bytes(bytes(1 << 16)) == 1 << 16
