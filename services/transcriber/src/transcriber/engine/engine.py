"""The engine: every request's windows share the model's batches. ARCHITECTURE.md has the picture.

Threads: the event loop submits and listens; `Readers` read files one block at a time; each `Worker` owns a stream of
the model; one finisher turns what was heard into segments. They meet in the `Backlog`.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import structlog

from transcriber import errors
from transcriber.audio.vad import SpeechModel
from transcriber.engine.admission import BYTES_A_SECOND, Admission
from transcriber.engine.dedupe import work_key
from transcriber.engine.device_probe import DeviceProbe
from transcriber.engine.job import Job
from transcriber.engine.listeners import Listeners
from transcriber.engine.metrics import EngineMetrics
from transcriber.engine.reading.intake import Intake
from transcriber.engine.reading.readers import Readers
from transcriber.engine.recognizer import Recognizer
from transcriber.engine.run import Run
from transcriber.engine.scheduling.backlog import Backlog
from transcriber.engine.settings import EngineSettings
from transcriber.engine.worker import Worker
from transcriber.model.backend import Backend
from transcriber.schemas import Options
from transcriber.text.damage import Damage
from transcriber.text.segmenter import Heard

log = structlog.get_logger()
STOP_S = 10  # for a batch under way when everything else has ended
COME_BACK_S = 10  # what a client is told while the server starts or stops
EXAMPLES = ("en", "de", "fr", "es", "zh", "ja")


class Engine:
    """`start` it, `submit` files to it, `drain` and `stop` it. `replicas` are the same model on further devices."""

    def __init__(
        self, backend: Backend, settings: EngineSettings, metrics: EngineMetrics, replicas: Sequence[Backend] = ()
    ) -> None:
        self.backend = backend
        self.ready = False
        self.failed: errors.DeviceLost | None = None
        self._settings = settings
        self._metrics = metrics
        self._draining = False
        self._backends = [backend, *replicas]
        self._speech = SpeechModel()
        models = len(self._backends) * settings.workers
        self._admission = Admission(backend.device, models, settings.max_queue_s)
        self._backlog = Backlog(backend, settings.batch_size, models, settings.finished, self._go_on)
        self._listeners = Listeners(self._backlog, self._admission, metrics.cancelled)
        self._readers = Readers(
            settings.intake_threads,
            settings.open_files,
            limits=settings.limits,
            metrics=metrics,
            backlog=self._backlog,
            on_cut=self._cut,
        )
        self._finisher = ThreadPoolExecutor(1, thread_name_prefix="finisher")
        self._recognizers = [Recognizer(each, settings.beam_size, settings.max_attempts) for each in self._backends]
        self._probes = [DeviceProbe(*pair) for pair in zip(self._backends, self._recognizers, strict=True)]
        self._workers = [
            Worker(
                f"model-{number}-{stream}",
                each,
                recognizer=self._recognizers[number],
                probe=self._probes[number],
                backlog=self._backlog,
                admission=self._admission,
                metrics=metrics,
                on_heard=self._heard,
                on_lost=self._lost,
            )
            for number, each in enumerate(self._backends)
            for stream in range(settings.workers)
        ]

    # --- its life -------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Warm the models up, then begin to serve; `ready` is true from then on."""
        for probe in self._probes:
            await asyncio.to_thread(probe.warm_up, self._backlog)
        for worker in self._workers:
            worker.start()
        self.ready = True

    async def drain(self, grace_s: float, come_back_s: float = COME_BACK_S) -> int:
        """Refuse new files, let the running ones finish for `grace_s`; how many were dropped."""
        self._draining = True
        await asyncio.to_thread(self._backlog.wait_until_idle, grace_s)
        return self._backlog.end_all(
            errors.Draining("the server is shutting down: send the file again", retry_after_s=come_back_s)
        )

    async def stop(self) -> None:
        """End the threads and the decoders; what still runs fails as drained. A batch under way has a while to end.

        `stuck` says afterwards that one did not: then the process cannot end in good order.
        """
        await self.drain(0)
        self.ready = False
        self._backlog.stop()
        until = time.monotonic() + STOP_S
        for worker in self._workers:
            if worker.is_alive():
                await asyncio.to_thread(worker.join, max(0.0, until - time.monotonic()))
        if self.stuck and self.failed:
            log.error("engine.stuck", waited_s=STOP_S)
        elif self.stuck:
            log.warning("drain.batch_cut_off", waited_s=STOP_S)
        await asyncio.to_thread(self._readers.close)
        await asyncio.to_thread(self._finisher.shutdown)

    @property
    def stuck(self) -> bool:
        """Whether a thread is in the model although the engine has stopped."""
        return self._backlog.stopped and any(worker.is_alive() for worker in self._workers)

    # --- its clients ----------------------------------------------------------------------------------------------

    @property
    def queued_audio_s(self) -> float:
        """Seconds of audio that are waiting or under way."""
        return sum(self._backlog.left_s())

    def predicted_wait_s(self) -> float:
        """Seconds until everything queued now is done."""
        return self._admission.predicted_s(self.queued_audio_s)

    def decoder_bytes(self) -> int:
        """Memory of all decoders."""
        return self._readers.decoders.memory_bytes()

    def next_end_s(self) -> float:
        """Seconds until the first of the files under way is done: who has the least left goes first."""
        return self._admission.predicted_s(min(self._backlog.left_s(), default=0.0))

    def submit(
        self,
        path: Path,
        options: Options,
        *,
        request_id: str,
        audio_s_hint: float | None = None,
        content_sha256: str | None = None,
    ) -> Run:
        """Queue the file at `path`, which must stay until the run ends; to be called on the event loop.

        `request_id` names the client in the log. `audio_s_hint` is the file's duration in seconds where it is known,
        for the prediction only; else it is guessed from the file's size. With `content_sha256` (of the file, in hex) a
        request attaches to the job that does, or just did, the same work.
        Raises Overloaded or Draining with the seconds after which to come back, NotReady, or BadOption. What goes wrong
        later is raised by `Run.events`.
        """
        self._check(options)

        def join(job: Job) -> Run:
            return self._listeners.attach(job, path, options, request_id)

        def begin(left_s: list[float]) -> tuple[Run, Intake]:
            self._admission.check(sum(left_s))
            audio_s = audio_s_hint or path.stat().st_size / BYTES_A_SECOND
            job = Job(path, options, audio_s, self.backend.name)
            run = self._listeners.listen(job, options, request_id, self._admission.eta_s(audio_s, left_s))
            return run, Intake(job, self.backend, self._speech, self._settings)

        return self._backlog.join_or_begin(work_key(content_sha256, options), join, begin)

    def check_open(self) -> None:
        """Raises what `submit` would without seeing a file: Overloaded, Draining or NotReady."""
        self._check_state()
        self._admission.check(self.queued_audio_s)

    def _check_state(self) -> None:
        if self.failed:
            raise errors.NotReady(f"the model has failed: {self.failed}", retry_after_s=3 * COME_BACK_S)
        if self._draining:
            raise errors.Draining("the server is shutting down: send the file again", retry_after_s=COME_BACK_S)
        if not self.ready:
            raise errors.NotReady("the model is still loading", retry_after_s=COME_BACK_S)

    def _check(self, options: Options) -> None:
        self._check_state()
        for language in {*options.languages, options.language} - {None, *self.backend.languages}:
            known = ", ".join(code for code in EXAMPLES if code in self.backend.languages)
            raise errors.BadOption(f"language {str(language)[:20]!r} is unknown: use a code such as {known}, or auto")

    def watch(self) -> None:
        """To be called now and then: what takes too long ends, a request with an error and a batch with the engine."""
        now, settings = time.monotonic(), self._settings
        for worker in self._workers:
            if self.failed is None and worker.busy_s(now) > settings.max_batch_s:
                self._lost(errors.DeviceLost(f"a batch has not ended in {settings.max_batch_s:.0f} s"))
        too_long = errors.TookTooLong(f"not done in the {settings.max_run_s:.0f} s allowed")
        self._backlog.end_older(now - settings.max_run_s, too_long)

    # --- its threads ----------------------------------------------------------------------------------------------

    def _go_on(self, intake: Intake) -> None:
        self._readers.go_on(intake)

    def _heard(self, job: Job, heard: Heard) -> None:
        self._finish(job, job.heard, heard)

    def _cut(self, job: Job, intake: Intake) -> None:
        damage = Damage(intake.skipped_packets, intake.broke_off)
        self._finish(job, job.cut, intake.windows, intake.read_s, intake.speech, damage)

    def _finish(self, job: Job, step: Callable[..., None], *what: object) -> None:
        queued_at = time.monotonic()

        def work() -> None:
            self._metrics.waited(time.monotonic() - queued_at, "finisher")
            step(*what)

        def check(done: Future[None]) -> None:
            if error := done.exception():
                log.error("finisher.failed", error=repr(error), exc_info=error, requests=job.request_ids)
                self._backlog.end(
                    job, errors.ModelError("writing the text failed unexpectedly: the service's log says how")
                )
            elif job.ended:
                self._backlog.forget(job, well=True)

        self._finisher.submit(work).add_done_callback(check)

    def _lost(self, error: errors.DeviceLost) -> None:
        """Only a new process helps: say so to every client, and to whoever watches `failed`."""
        log.error("engine.lost", error=str(error))
        self.failed, self.ready = error, False
        self._backlog.stop()
        self._backlog.end_all(error)
