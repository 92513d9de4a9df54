"""The service behind the routes: what state it is in, and the model's life from its name to its end."""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import structlog

from transcriber import errors
from transcriber.audio.media import MediaLimits
from transcriber.engine.engine import COME_BACK_S, Engine, EngineSettings
from transcriber.http.concurrency import RequestSlots
from transcriber.http.upload.uploads import UploadLimits
from transcriber.metrics.prometheus import Metrics
from transcriber.model.backend import Backend
from transcriber.model.hub import is_arriving
from transcriber.settings import Settings

log = structlog.get_logger()
CPU_BATCH, GPU_BATCH = 4, 16
MAX_CPU_WORKERS = 4
WATCH_S = 0.2
LATEST_S = 300  # a start may take longer, but nobody should stay away longer than this

LoadModel = Callable[[Settings], Sequence[Backend]]


class Service:
    """One per app; the routes find it in `app.state.service`. `engine` is set once the model is loaded and warmed."""

    def __init__(self, settings: Settings, spool: Path) -> None:
        self.settings = settings
        self.spool = spool
        self.metrics = Metrics()
        self.slots = RequestSlots(settings.max_requests)
        self.limits = UploadLimits(settings.max_upload_bytes, settings.client_timeout_seconds)
        self.engine: Engine | None = None
        self.fatal: BaseException | None = None
        self.loading = True
        self.stopping = False
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

    @contextmanager
    def slot(self) -> Generator[Engine]:
        """The engine, and one of the request slots. Raises NotReady, Draining or Overloaded."""
        engine = self.loaded_engine()
        if self.stopping:
            raise self._draining_error()
        engine.check_open()
        with self.slots.take(engine.next_end_s()):
            yield engine

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
        settings = self._engine_settings(backends[0])
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

    def _engine_settings(self, backend: Backend) -> EngineSettings:
        settings = self.settings
        return EngineSettings(
            window_s=settings.whisper_window_seconds,
            batch_size=settings.batch_size or (CPU_BATCH if backend.device == "cpu" else GPU_BATCH),
            beam_size=settings.beam_size,
            max_queue_s=settings.max_queue_seconds,
            max_run_s=settings.max_run_seconds,
            max_batch_s=settings.max_batch_seconds,
            workers=model_workers(backend.device, settings.model_workers),
            limits=MediaLimits(max_audio_s=settings.max_audio_seconds),
        )


def load_whisper(settings: Settings) -> Sequence[Backend]:
    """The model that the settings name, on each device; takes seconds to minutes. Raises ConfigError."""
    from transcriber.model.device import choose_device
    from transcriber.model.whisper import WhisperBackend

    device = choose_device(settings.whisper_device)
    workers = model_workers(device, settings.model_workers)
    indexes = settings.device_indexes if device == "cuda" else (0,)
    return [
        WhisperBackend(
            settings.whisper_model,
            device,
            settings.whisper_compute_type,
            threads=max(1, processors() // workers),
            device_index=index,
            workers=workers,
        )
        for index in indexes
    ]


def model_workers(device: str, wanted: int) -> int:
    """How many batches are in the model at one time; `wanted`, unless that is 0.

    On a CPU one model thread a processor needs fewer processor seconds than all processors on one batch, and answers
    short clips sooner (tests/bench/README.md); more than four would leave a single clip too little of a large machine.
    """
    return wanted or (min(processors(), MAX_CPU_WORKERS) if device == "cpu" else 1)


def processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
