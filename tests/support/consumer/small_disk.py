"""A small disk that can be filled: a file system in memory, which only root may mount."""

import errno
import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

SIZE_MIB = 256
Mode = Literal["open", "full"]


class Disk:
    """`fail` fills the file system of `folder`, or empties it again."""

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / "ballast"

    def fail(self, mode: Mode, room_bytes: int = 0) -> None:
        """From now on; open mends it. Full leaves that much room."""
        if mode == "open":
            self._ballast.unlink(missing_ok=True)
            return
        with self._ballast.open("wb") as file:
            while not _allocated(file.fileno(), room_bytes):
                pass  # somebody else has just taken a part of the room


def _allocated(file: int, room_bytes: int) -> bool:
    space = os.fstatvfs(file)
    wanted = space.f_bavail * space.f_frsize - room_bytes
    try:
        if wanted > 0:
            os.posix_fallocate(file, 0, wanted)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False
    return True


@contextmanager
def small_disk(folder: Path) -> Generator[Disk | None]:
    """Mounted at `folder`, which is made; None where we may not mount: then it is an ordinary folder."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        yield None
        return
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
