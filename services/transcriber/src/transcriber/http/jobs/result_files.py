"""Jobs on disk, so that a result can be fetched after a restart, and a job that was cut off says so.

A file a job, named by its id: a line of JSON about it and, once it is done, the packed transcript. It is written under
another name and moved, so that a kill leaves the whole of it or none.
"""

import asyncio
import fcntl
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog
from pydantic import ValidationError

from transcriber.errors import ConfigError
from transcriber.schemas import JobView, Record

log = structlog.get_logger()
SUFFIX, UNFINISHED = ".job", ".part"
MOST_LINE_BYTES = 64 << 10
FOLDER_MODE, FILE_MODE = 0o700, 0o600  # what was said is nobody else's


class JobRecord(Record):
    """About a job. `words` are wanted in its JSON result; `webhook` is there until it was told, or given up."""

    view: JobView
    words: bool
    webhook: str | None


class ResultFiles:
    """One folder, for one process at a time; its thread does in turn what it is told. A full disk ends nobody's work.

    Raises ConfigError for a folder that cannot be written or belongs to another transcriber.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
            self._lock = _locked(folder)
            for left in folder.glob(f"*{UNFINISHED}"):
                left.unlink()
        except BlockingIOError:
            raise ConfigError(f"RESULT_DIR={folder} belongs to another transcriber: give each its own") from None
        except OSError as error:
            raise ConfigError(f"RESULT_DIR={folder} cannot be used: {error.strerror}") from None
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="results")

    def found(self) -> list[tuple[JobRecord, int]]:
        """What earlier processes left, and the bytes of its transcript, in the order of their ends."""
        records = [record for path in self._folder.glob(f"*{SUFFIX}") if (record := _record(path))]
        return sorted(records, key=lambda each: each[0].view.ended_at or each[0].view.created_at)

    def packed(self, job_id: str) -> bytes:
        """The transcript of a job that is done. Raises OSError."""
        with self._path(job_id).open("rb") as file:
            file.readline(MOST_LINE_BYTES)
            return file.read()

    def keep(self, record: JobRecord, packed: bytes = b"") -> "asyncio.Future[None]":
        """Begin to write a job's file, in place of the one it has; done once it is there."""
        return asyncio.get_running_loop().run_in_executor(self._writer, self._keep, record, packed)

    def was_told(self, job_id: str) -> None:
        """Its webhook is settled: no later process tells it again."""
        self._writer.submit(self._tried, job_id, lambda: self._forget_webhook(job_id))

    def drop(self, job_id: str) -> None:
        """Remove a job's file, once what was told before is done."""
        self._writer.submit(self._tried, job_id, lambda: self._path(job_id).unlink(missing_ok=True))

    def close(self) -> None:
        """Do what was told, then let another process have the folder."""
        self._writer.shutdown()
        os.close(self._lock)

    def _keep(self, record: JobRecord, packed: bytes) -> None:
        self._tried(record.view.id, lambda: self._write(record, packed))

    def _write(self, record: JobRecord, packed: bytes) -> None:
        path = self._path(record.view.id)
        part = path.with_suffix(UNFINISHED)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE), "wb") as file:
            file.write(record.model_dump_json().encode() + b"\n" + packed)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    def _forget_webhook(self, job_id: str) -> None:
        """Unless the job was deleted meanwhile, or could not be written."""
        path = self._path(job_id)
        if path.exists() and (found := _record(path)):
            self._write(found[0].model_copy(update={"webhook": None}), self.packed(job_id))

    def _tried(self, job_id: str, act: Callable[[], None]) -> None:
        """The result is in memory, too: without a file it does not outlive the process, no more."""
        try:
            act()
        except OSError as error:
            log.error("result.not_stored", job=job_id[:8], error=str(error))

    def _path(self, job_id: str) -> Path:
        return self._folder / f"{job_id}{SUFFIX}"


def _locked(folder: Path) -> int:
    """The folder's descriptor: the kernel drops its lock with the process, however that dies."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _record(path: Path) -> tuple[JobRecord, int] | None:
    """The line about a job and the bytes after it; a file that is not one of ours is left alone."""
    try:
        with path.open("rb") as file:
            line = file.readline(MOST_LINE_BYTES)
            record = JobRecord.model_validate_json(line)
            if path.stem != record.view.id:
                raise OSError("its name is not the job's")
            return record, os.fstat(file.fileno()).st_size - len(line)
    except (OSError, ValidationError) as error:
        log.warning("result.not_read", file=path.name, error=str(error).splitlines()[0])
        return None
