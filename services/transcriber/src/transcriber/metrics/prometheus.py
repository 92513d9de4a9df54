"""What Prometheus is told, on a registry of our own."""

from collections.abc import Callable
from typing import Literal

from prometheus_client import CONTENT_TYPE_LATEST as MEDIA_TYPE
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest

from transcriber.engine.metrics import Wait

PREFIX = "transcriber_"
SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600, 1800)
REFUSED = ("Overloaded", "Draining", "NotReady")

Stage = Literal["upload", "first_segment", "transcript"]

__all__ = ["MEDIA_TYPE", "Metrics", "Stage"]


class Metrics:
    """Counts for one app; implements `engine.metrics.EngineMetrics`."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)  # memory, processor time, open files
        self._windows = Counter(f"{PREFIX}windows", "Windows decoded, retries included", registry=registry)
        self._audio = Counter(f"{PREFIX}audio_seconds", "Seconds of audio transcribed", registry=registry)
        self._busy = Counter(
            f"{PREFIX}model_busy_seconds", "Seconds that model threads worked, all together", registry=registry
        )
        self._fill = Histogram(
            f"{PREFIX}batch_fill",
            "Rows in a batch over its size",
            buckets=[0.125, 0.25, 0.5, 0.75, 1],
            registry=registry,
        )
        self._waited = Histogram(
            f"{PREFIX}stage_wait_seconds",
            "Seconds that files waited for a decoder's place and for a reader, windows for the model and the finisher",
            ["stage"],
            buckets=SECONDS,
            registry=registry,
        )
        self._stages = Histogram(
            f"{PREFIX}stage_seconds",
            "Seconds to receive an upload; from then to its first segment and to its transcript",
            ["stage"],
            buckets=SECONDS,
            registry=registry,
        )
        self._retries = Counter(
            f"{PREFIX}retries",
            "Windows decoded again, by the guard that found their text of low confidence",
            ["guard"],
            registry=registry,
        )
        self._cancelled = Counter(f"{PREFIX}cancelled", "Clients that left early", registry=registry)
        self._uploaded = Counter(f"{PREFIX}upload_bytes", "Bytes of files received", registry=registry)
        self._requests = Counter(
            f"{PREFIX}http_requests", "Answers by route and status", ["route", "status"], registry=registry
        )
        self._errors = Counter(
            f"{PREFIX}errors", "Requests that failed, by the error's type", ["type"], registry=registry
        )
        self._rejected = Counter(
            f"{PREFIX}rejected", "Requests to come back later, and why", ["reason"], registry=registry
        )
        self._results_dropped = Counter(
            f"{PREFIX}results_dropped", "Results of jobs that made room for newer ones", registry=registry
        )
        self._webhooks = Counter(
            f"{PREFIX}webhooks", "Webhooks told of a job's end, or given up", ["outcome"], registry=registry
        )

    def built(self, version: str, revision: str) -> None:
        """Which release this is."""
        Info(f"{PREFIX}build", "Which release this is", registry=self.registry).info(
            {"version": version, "revision": revision}
        )

    def gauge(self, name: str, about: str, value: Callable[[], float]) -> None:
        """A figure that is read when Prometheus asks."""
        Gauge(PREFIX + name, about, registry=self.registry).set_function(value)

    def page(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry)

    # --- told by the engine, from its threads ---------------------------------------------------------------------

    def batch(self, rows: int, size: int, busy_s: float, audio_s: float) -> None:
        self._windows.inc(rows)
        self._fill.observe(rows / size)
        self._busy.inc(busy_s)
        self._audio.inc(audio_s)

    def waited(self, seconds: float, stage: Wait = "model") -> None:
        self._waited.labels(stage).observe(seconds)

    def low_confidence(self, guard: str) -> None:
        self._retries.labels(guard).inc()

    def cancelled(self) -> None:
        self._cancelled.inc()

    # --- told by the routes ---------------------------------------------------------------------------------------

    def uploaded(self, size_bytes: int, seconds: float) -> None:
        """One file is in."""
        self._uploaded.inc(size_bytes)
        self.stage("upload", seconds)

    def stage(self, stage: Stage, seconds: float) -> None:
        """One request got so far."""
        self._stages.labels(stage).observe(seconds)

    def answered(self, route: str, status: int) -> None:
        """One HTTP answer."""
        self._requests.labels(route, str(status)).inc()

    def failed(self, error_type: str) -> None:
        """One request failed, before or after its answer began."""
        self._errors.labels(error_type).inc()
        if error_type in REFUSED:
            self._rejected.labels(error_type).inc()

    def result_dropped(self) -> None:
        """One job's result made room for newer ones."""
        self._results_dropped.inc()

    def webhook(self, outcome: Literal["told", "given_up"]) -> None:
        """One webhook has its end."""
        self._webhooks.labels(outcome).inc()
