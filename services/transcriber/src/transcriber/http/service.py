"""The service behind the routes: what state it is in, and the model's life from its name to its end."""

import asyncio
import time
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import structlog

from transcriber import errors, version
from transcriber.engine.engine import COME_BACK_S, Engine
from transcriber.engine.run import Run
from transcriber.http.concurrency import RequestSlots
from transcriber.http.jobs.jobs import Jobs
from transcriber.http.model_loading import LoadModel, engine_settings
from transcriber.http.model_names import ModelNames
from transcriber.http.upload.uploads import UploadLimits
from transcriber.metrics.prometheus import Metrics
from transcriber.model.backend import Backend
from transcriber.model.hub import is_arriving
from transcriber.schemas import Transcript
from transcriber.settings import Settings, split

log = structlog.get_logger()
WATCH_S = 0.2
LATEST_S = 300  # a start may take longer, but nobody should stay away longer than this


class Service:
    """One per app; the routes find it in `app.state.service`. `engine` is set once the model is loaded and warmed."""

    def __init__(self, settings: Settings, spool: Path) -> None:
        self.settings = settings
        self.spool = spool
        self.metrics = Metrics()
        self.metrics.built(version(), settings.revision)
        self.slots = RequestSlots(settings.max_requests)
        self.jobs = Jobs(settings, self.metrics)
        self.limits = UploadLimits(settings.max_upload_bytes, settings.client_timeout_seconds)
        self.engine: Engine | None = None
        self.fatal: BaseException | None = None
        self.loading = True
        self.stopping = False
        self._abandoned = set[asyncio.Task[Transcript]]()
        self._phase = "the model is loading"
        self._began_at = time.monotonic()
        self._start_s = self._leaves_at = 0.0
        self.metrics.gauge("requests_under_way", "Uploads and transcriptions now", lambda: self.slots.taken)

    # --- asked by the routes --------------------------------------------------------------------------------------

    def not_ready(self) -> str | None:
        """Why no file is taken now; None where one is."""
        if self.fatal or (self.engine and self.engine.failed):
            return f"the service must restart: {self.fatal or (self.engine and self.engine.failed)}"
        if self.stopping:
            return "the server is shutting down"
        return None if self.engine else self.phase

    @property
    def phase(self) -> str:
        """What the model is doing before it is ready."""
        return "the model is downloading" if self.loading and is_arriving() else self._phase

    def loaded_engine(self) -> Engine:
        """The engine, also when it is full; raises NotReady while there is none."""
        if self.engine is None:
            raise errors.NotReady(self.phase, self.come_back_s())
        return self.engine

    def model_names(self) -> ModelNames:
        """What clients may call the loaded model; raises NotReady while there is none."""
        settings = self.settings
        return ModelNames(self.loaded_engine().backend.name, settings.whisper_model, split(settings.model_names))

    @contextmanager
    def slot(self) -> Generator[Engine]:
        """The engine, and one of the request slots. Raises NotReady, Draining or Overloaded."""
        engine = self.loaded_engine()
        if self.stopping:
            raise self._draining_error()
        engine.check_open()
        with self.slots.take(engine.next_end_s()):
            yield engine

    def outlive(self, reading: "asyncio.Task[Transcript]", run: Run) -> None:
        """The client of this run has left, or has its answer: let what is left go on for ABANDONED_SECONDS, as bulk."""
        if reading.done():
            return
        run.let_others_go_first()
        self._abandoned.add(reading)
        giving_up = asyncio.get_running_loop().call_later(self.settings.abandoned_seconds, reading.cancel)
        reading.add_done_callback(lambda _: giving_up.cancel())
        reading.add_done_callback(self._given_up)

    def _given_up(self, reading: "asyncio.Task[Transcript]") -> None:
        self._abandoned.discard(reading)
        if not reading.cancelled():
            reading.exception()  # nobody is there to be told

    def come_back_s(self) -> float:
        """When a file would be taken: after the rest of a stop and the next start; as long again as this start took."""
        if self.stopping or self.fatal:
            return max(0.0, self._leaves_at - time.monotonic()) + self._start_s + COME_BACK_S
        return min(LATEST_S, max(COME_BACK_S, time.monotonic() - self._began_at))

    # --- its life -------------------------------------------------------------------------------------------------

    async def run(self, load: LoadModel) -> None:
        """Load, warm up, then watch until cancelled. Raises whatever ends the service; the task's owner must look."""
        started = time.monotonic()
        log.info("model.loading", model=self.settings.whisper_model)
        backends = await self._loaded(load)
        self._phase = "the model is warming up"
        settings = engine_settings(self.settings, backends[0].device)
        threads = len(backends) * settings.workers
        self.metrics.gauge("model_threads", "Batches that the model decodes at one time", lambda: float(threads))
        engine = Engine(backends[0], settings, self.metrics, backends[1:])
        try:
            await engine.start()
            self._opened(engine, time.monotonic() - started)
            while engine.failed is None:
                await asyncio.sleep(WATCH_S)
                engine.watch()
            raise engine.failed
        finally:
            for reading in self._abandoned:
                reading.cancel()
            await self.jobs.close()
            await engine.stop()

    async def drain(self, hurry: asyncio.Event) -> int:
        """Take no more files; how many requests were dropped when the grace was over, or `hurry` ended it.

        Uploads that are still coming have their share of the grace. A failed engine needs none: all has failed.
        """
        self.stopping = True
        if self.engine is None:
            return 0
        grace_s = 0.0 if self.engine.failed else self.settings.drain_seconds
        self._leaves_at = time.monotonic() + grace_s
        queued_audio_s = round(self.engine.queued_audio_s, 1)
        log.info("drain.begin", grace_s=grace_s, requests=self.slots.taken, queued_audio_s=queued_audio_s)
        ends = {asyncio.create_task(self.slots.all_free()), asyncio.create_task(hurry.wait())}
        await asyncio.wait(ends, timeout=grace_s, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        self._leaves_at = time.monotonic()
        dropped = self.slots.shut(self._draining_error()) + await self.engine.drain(0, self.come_back_s())
        await self.jobs.settled()
        log.info("drain.end", dropped=dropped)
        return dropped

    def _draining_error(self) -> errors.Draining:
        return errors.Draining("the server is shutting down: send the file again", self.come_back_s())

    async def _loaded(self, load: LoadModel) -> Sequence[Backend]:
        """The loop's own threads would be waited for at a stop, and a download may take minutes: so one apart."""
        loader = ThreadPoolExecutor(1, thread_name_prefix="loader")
        try:
            backends = await asyncio.get_running_loop().run_in_executor(loader, load, self.settings)
        finally:
            loader.shutdown(wait=False)
        self.loading = False
        return backends

    def _opened(self, engine: Engine, seconds: float) -> None:
        self.engine, self._start_s = engine, seconds
        self.metrics.gauge("queued_audio_seconds", "Audio that waits or is under way", lambda: engine.queued_audio_s)
        self.metrics.gauge("predicted_wait_seconds", "Seconds until the queue is empty", engine.predicted_wait_s)
        self.metrics.gauge("decoder_memory_bytes", "Memory of the processes that decode files", engine.decoder_bytes)
        log.info("model.ready", model=engine.backend.name, device=engine.backend.device, seconds=round(seconds, 1))
