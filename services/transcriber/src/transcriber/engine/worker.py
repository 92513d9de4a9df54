"""A model thread: takes batches, decodes them, sends each row on its way, and heals what can be healed."""

import threading
import time
from collections.abc import Callable

import structlog

from transcriber import errors
from transcriber.engine.admission import Admission
from transcriber.engine.device_probe import DeviceProbe
from transcriber.engine.job import Job
from transcriber.engine.metrics import EngineMetrics
from transcriber.engine.recognizer import Recognized, Recognizer
from transcriber.engine.scheduling.backlog import Backlog
from transcriber.engine.scheduling.rows import Row
from transcriber.model.backend import Backend
from transcriber.text.segmenter import Heard

log = structlog.get_logger()
FAILED = "the model failed on this file; the service's log says how"
SUSPICIOUS = 3  # batches that failed one after the other: is it the files, or a device lost in words not known here?


class Worker(threading.Thread):
    """One per stream of one device. Dies only when the engine stops or has lost the device."""

    def __init__(
        self,
        name: str,
        backend: Backend,
        *,
        recognizer: Recognizer,
        probe: DeviceProbe,
        backlog: Backlog,
        admission: Admission,
        metrics: EngineMetrics,
        on_heard: Callable[[Job, Heard], None],
        on_lost: Callable[[errors.DeviceLost], None],
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._backend = backend
        self._recognizer = recognizer
        self._probe = probe
        self._backlog = backlog
        self._admission = admission
        self._metrics = metrics
        self._on_heard = on_heard
        self._on_lost = on_lost
        self._failures = 0
        self._busy_since: float | None = None

    def busy_s(self, now: float) -> float:
        """How long the batch under way has taken by `now`; 0 between two."""
        since = self._busy_since
        return now - since if since is not None else 0.0

    def run(self) -> None:
        """Until the engine stops. Ending otherwise is a bug: then nobody may wait for ever."""
        try:
            while rows := self._backlog.next_batch():
                with structlog.contextvars.bound_contextvars(requests=_requests(rows)):
                    self._busy_since = time.monotonic()
                    self._work(rows)
                    self._busy_since = None
        finally:
            if not self._backlog.stopped:
                self._on_lost(errors.DeviceLost("a thread of the engine died: the service must restart"))

    def _work(self, rows: list[Row[Job]]) -> None:
        began = time.monotonic()
        for row in rows:
            self._metrics.waited(began - row.since)
        fresh_s = sum(row.window.duration for row in rows if not row.again)
        try:
            results = self._recognizer.recognize(rows)
        # The boundary per batch: whatever the model raises is sorted into retry, failure of one, or failure of all.
        except Exception as error:  # noqa: BLE001
            self._heal(rows, error)
            return
        self._failures = 0
        busy_s = time.monotonic() - began
        size = self._backlog.batch_size
        self._metrics.batch(len(rows), size, busy_s, fresh_s)
        self._admission.measured(fresh_s, busy_s, min(1.0, len(rows) / size))
        self._send_on(results)

    def _send_on(self, results: list[Recognized[Job]]) -> None:
        """Final windows go to the finisher; the backlog has the others decoded again."""
        for result in results:
            if result.heard is None:
                self._metrics.low_confidence(str(result.row.attempts[-1].failed_guard))
        for job, heard in self._backlog.was_recognized(results):
            self._on_heard(job, heard)

    def _heal(self, rows: list[Row[Job]], error: Exception) -> None:
        """Out of memory: smaller batches from now on. A lost device: the end. Else: each row once more, alone.

        A row that is alone may find memory that others held a moment ago, so it has a second try as well.
        """
        fault = self._backend.fault(error)
        self._failures += 1
        log.error("batch.failed", rows=len(rows), fault=fault, error=str(error))
        if fault == "device_lost" or (self._failures % SUSPICIOUS == 0 and not self._probe.lives()):
            self._on_lost(errors.DeviceLost(f"the GPU failed and the service must restart: {error}"))
        elif fault == "out_of_memory" and len(rows) > 1:
            self._backlog.did_not_fit(rows)
            self._backlog.add(*rows)
        else:
            self._retry_alone(rows)

    def _retry_alone(self, rows: list[Row[Job]]) -> None:
        for row in rows:
            if row.alone:
                self._backlog.end(row.owner, errors.ModelError(FAILED))
            else:
                row.alone = True
        self._backlog.add(*(row for row in rows if row.alone))


def _requests(rows: list[Row[Job]]) -> list[str]:
    """Whose windows are in a batch, for whatever is logged about it."""
    return sorted({each for row in rows for each in row.owner.request_ids})
