"""The pool that reads files: one block of one file at a time, so that a long file cannot hold a thread."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from transcriber import errors
from transcriber.backlog import Backlog
from transcriber.intake import Intake
from transcriber.job import Job
from transcriber.media import Decoders, MediaLimits

log = structlog.get_logger()


class Readers:
    """`go_on` is called under the backlog's lock, and only ever queues."""

    def __init__(
        self, threads: int, limits: MediaLimits, backlog: Backlog, on_cut: Callable[[Job, Intake], None]
    ) -> None:
        self._decoders = Decoders()
        self._limits = limits
        self._on_cut = on_cut
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="reader")
        self._backlog = backlog

    def go_on(self, intake: Intake) -> None:
        """Read the file's next block when its turn comes."""
        self._pool.submit(self._read, intake).add_done_callback(lambda future: self._check(intake, future))

    def close(self) -> None:
        """Finish the blocks under way, then end the decoders."""
        self._pool.shutdown(cancel_futures=True)
        self._decoders.close()

    def _read(self, intake: Intake) -> None:
        job = intake.job
        if job.ended:
            intake.close()
            return
        if not intake.is_open:
            intake.open(self._decoders, self._limits)
        rows, last = intake.step()
        job.duration_s = intake.claimed_s
        job.audio_s = max(job.duration_s or job.audio_s, intake.read_s)
        if not self._backlog.was_read(intake, rows, last=last):
            intake.close()
        elif last:
            self._on_cut(job, intake)

    def _check(self, intake: Intake, future: Future[None]) -> None:
        """An error while reading is the end of the file's job: its listeners hear which."""
        error = None if future.cancelled() else future.exception()
        if future.cancelled() or error:
            intake.close()
        if error is None:
            return
        self._backlog.was_not_read(intake)
        if not isinstance(error, errors.TranscriberError):
            log.error("reader.failed", error=repr(error))
            error = errors.ModelError(f"reading the file failed unexpectedly: {error!r}")
        self._backlog.end(intake.job, error)
