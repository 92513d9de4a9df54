"""The pool that reads files: one block of one file at a time, so that a long file cannot hold a thread."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import structlog

from transcriber import errors
from transcriber.audio.media import Decoders, MediaLimits
from transcriber.engine.job import Job
from transcriber.engine.metrics import EngineMetrics
from transcriber.engine.reading.decoder_slots import DecoderSlots
from transcriber.engine.reading.intake import Intake
from transcriber.engine.scheduling.backlog import Backlog

log = structlog.get_logger()


class Readers:
    """`go_on` is called under the backlog's lock, and only ever queues."""

    def __init__(
        self,
        threads: int,
        open_files: int,
        *,
        limits: MediaLimits,
        metrics: EngineMetrics,
        backlog: Backlog,
        on_cut: Callable[[Job, Intake], None],
    ) -> None:
        self.decoders = Decoders()
        self._metrics = metrics
        self._slots = DecoderSlots(open_files, lambda seconds: metrics.waited(seconds, "place"))
        self._limits = limits
        self._on_cut = on_cut
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="reader")
        self._backlog = backlog

    def go_on(self, intake: Intake) -> None:
        """Read the file's next block when its turn comes; its first one once there is a decoder slot for it."""
        if intake.is_open:
            self._queue([intake])
        else:
            intake.on_close = lambda: self._queue(self._slots.release(intake))
            self._queue(self._slots.acquire(intake))

    def close(self) -> None:
        """Finish the blocks under way, then end the decoders."""
        self._pool.shutdown(cancel_futures=True)
        self.decoders.close()

    def _queue(self, intakes: list[Intake]) -> None:
        for intake in intakes:
            try:
                future = self._pool.submit(self._read, intake, time.monotonic())
            except RuntimeError:  # the pool is closed: nobody reads any more
                intake.close()
            else:
                future.add_done_callback(partial(self._check, intake))

    def _read(self, intake: Intake, queued_at: float) -> None:
        self._metrics.waited(time.monotonic() - queued_at, "reader")
        job = intake.job
        if job.ended:
            intake.close()
            return
        if not intake.is_open:
            intake.open(self.decoders, self._limits)
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
            log.error("reader.failed", error=repr(error), requests=intake.job.request_ids)
            error = errors.ModelError("reading the file failed unexpectedly: the service's log says how")
        self._backlog.end(intake.job, error)
