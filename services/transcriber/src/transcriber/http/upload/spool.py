"""Where uploads lie while they are transcribed: a folder that is gone with the process, however it dies.

The folder's name says whose it is only to people; a lock that the kernel drops with its process tells the living from
the dead, and whoever starts next clears away what the dead left.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "transcriber-uploads-"
NEW_S = 10  # a folder this young may be about to be locked


@contextmanager
def spool() -> Generator[Path]:
    """A new folder in the system's temporary folder, removed at the end."""
    parent = Path(tempfile.gettempdir())
    clear(parent)
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", dir=parent, ignore_cleanup_errors=True) as made:
        folder = os.open(made, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield Path(made)
        finally:
            os.close(folder)


def clear(parent: Path) -> None:
    """Remove the folders of processes that died without doing so."""
    for left in parent.glob(f"{PREFIX}*"):
        if _is_dead(left):
            shutil.rmtree(left, ignore_errors=True)


def _is_dead(folder: Path) -> bool:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return time.time() - os.fstat(descriptor).st_mtime > NEW_S
    except OSError:
        return False
    finally:
        os.close(descriptor)
