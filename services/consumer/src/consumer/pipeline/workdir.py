"""Working folders: one a video, held by a lock that ends with the process that took it.

Consumers may share one DOWNLOAD_DIR. What a killed, drained or failed attempt left is gone on with by the next one;
what somebody still holds, a stopped process that does not know yet that it lost its lease, is left alone.
"""

import asyncio
import errno
import fcntl
import glob
import os
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import structlog

from consumer.errors import Dependency, EnvironmentFault, TransientError

log = structlog.get_logger()
FULL = (errno.ENOSPC, errno.EDQUOT)
OF_ATTEMPT = "+"  # between a video's id, which has none, and the token of the attempt that alone may use the folder
STALE_S = 24 * 3600.0
"""Longer than any lease (an hour at most), and long enough for a retry to find what its forerunner downloaded."""


def make_scratch(scratch: Path) -> None:
    """Make the folder of all working folders. Raises EnvironmentFault where it cannot be written."""
    _make(scratch)
    if not os.access(scratch, os.W_OK | os.X_OK):
        raise _unwritable(scratch, "Permission denied")


@contextmanager
def working_folder(scratch: Path, video_id: str, token: int) -> Generator[Path]:
    """A folder that is this attempt's alone; its end takes it away, unless the video will come back.

    Raises TransientError where both folders are held, EnvironmentFault where the disk is full.
    """
    for name in (video_id, f"{video_id}{OF_ATTEMPT}{token}"):
        path = scratch / name
        _make(path)
        with held(path) as ours:
            if not ours:
                log.warning("scratch.held", folder=str(path))
                continue
            with _taken_away(path):
                yield path
            return
    raise TransientError(f"somebody else holds the working folders of {video_id}", code="scratch")


@contextmanager
def held(path: Path) -> Generator[bool]:
    """Whether the folder could be locked; it is until the end. Not where another holds it or has just removed it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        yield False
        return
    try:
        yield _locked(descriptor) and _still_there(path, descriptor)
    finally:
        os.close(descriptor)


def remove(scratch: Path, video_id: str) -> None:
    """Remove the folders of a video that no attempt will come back to, but those that somebody still holds."""
    for path in (scratch / video_id, *scratch.glob(f"{glob.escape(video_id)}{OF_ATTEMPT}*")):
        _sweep(path)


def videos_in(scratch: Path) -> set[str]:
    """The videos that have working folders."""
    return {path.name.partition(OF_ATTEMPT)[0] for path in scratch.glob("*")}


def sweep(scratch: Path) -> None:
    """Remove what killed attempts left and nobody came back for, and what nobody can come back to."""
    for path in scratch.glob("*"):
        if OF_ATTEMPT in path.name or time.time() - path.stat().st_mtime > STALE_S:
            _sweep(path)


def _sweep(path: Path) -> None:
    with held(path) as ours:
        if ours:
            log.info("scratch.swept", folder=str(path))
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _taken_away(path: Path) -> Generator[None]:
    """Remove the folder, except where the video comes back; a full disk is an EnvironmentFault."""
    keep = False
    try:
        yield
    except (TransientError, EnvironmentFault) as error:
        keep = error.code != "disk_full"  # then the space is worth more than the work in it
        raise
    except asyncio.CancelledError:
        keep = True
        raise
    except OSError as error:
        if error.errno in FULL:
            words = "the disk is full: free space under DOWNLOAD_DIR"
            raise EnvironmentFault(words, code="disk_full", dependency=Dependency.MACHINE) from error
        raise
    finally:
        if not keep:
            shutil.rmtree(path, ignore_errors=True)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _still_there(path: Path, descriptor: int) -> bool:
    """Between opening and locking, whoever held the folder may have removed it."""
    return path.exists() and os.path.samestat(path.stat(), os.fstat(descriptor))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error.strerror) from error


def _unwritable(folder: Path, reason: str | None) -> EnvironmentFault:
    words = f"{folder} (DOWNLOAD_DIR) cannot be written: {reason}"
    return EnvironmentFault(words, code="scratch", dependency=Dependency.MACHINE)
