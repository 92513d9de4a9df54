"""What Prometheus is told of the work itself; `health` adds what it knows of messages."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info

from consumer.errors import LecternError

log = structlog.get_logger()
SECONDS = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600, 1800, 3600)
DEPTH_S = 60.0  # SQS counts are approximate and a minute old anyway
WAITING = "ApproximateNumberOfMessages"
Attributes = Callable[[], Awaitable[dict[str, str]]]
"""What SQS tells of a queue. Raises LecternError."""


class Metrics:
    """Counts of one consumer, on a registry of their own; `wanted` is set whenever somebody asks for them."""

    def __init__(self) -> None:
        self.wanted = asyncio.Event()
        self.registry = registry = CollectorRegistry()
        self._stages = Histogram(
            "consumer_stage_seconds", "Seconds of a stage that succeeded", ["stage"], buckets=SECONDS, registry=registry
        )
        self._audio = Counter("consumer_audio_seconds", "Seconds of lectures completed", registry=registry)
        self._spend = Counter("consumer_spend_usd", "US dollars paid for study material", ["model"], registry=registry)
        self._failures = Counter(
            "consumer_failures", "Attempts that failed, by error code", ["code"], registry=registry
        )
        self._depth = Gauge("consumer_queue_messages", "Messages on the queue", ["state"], registry=registry)

    def built(self, version: str, revision: str) -> None:
        """Which release this is."""
        Info("consumer_build", "Which release this is", registry=self.registry).info(
            {"version": version, "revision": revision}
        )

    def room(self, folder: Path) -> None:
        """How much may still be downloaded, asked whenever Prometheus asks; `folder` is there."""
        free = Gauge("consumer_scratch_free_bytes", "Room where downloads lie", registry=self.registry)
        free.set_function(lambda: float(shutil.disk_usage(folder).free))

    def stage(self, name: str, seconds: float) -> None:
        """A stage has succeeded."""
        self._stages.labels(name).observe(seconds)

    def completed(self, audio_s: float) -> None:
        """A video is done."""
        self._audio.inc(audio_s)

    def spent(self, model: str, cost_usd: float) -> None:
        """Study material was paid for, whatever becomes of the video."""
        self._spend.labels(model).inc(cost_usd)

    @contextmanager
    def failures(self) -> Generator[None]:
        """Count what goes wrong inside by its code; `unknown_words` is what YouTube says and Lectern does not know."""
        try:
            yield
        except LecternError as error:
            self._failures.labels(error.code).inc()
            raise

    def depth(self, waiting: int, in_flight: int) -> None:
        """What the queue says of itself."""
        self._depth.labels("waiting").set(waiting)
        self._depth.labels("in_flight").set(in_flight)

    def dead(self, letters: int) -> None:
        """How many messages were given up and lie there."""
        self._depth.labels("dead").set(letters)


async def watch_depth(queue: Attributes, dead: Attributes | None, metrics: Metrics, pause_s: float = DEPTH_S) -> None:
    """Ask the queue and its dead letters, if it has any, for their lengths, for ever.

    Once at the start, then only when somebody wants to know, with `pause_s` between: an idle consumer asks nothing.
    """
    while True:
        try:
            said = await queue()
            metrics.depth(int(said[WAITING]), int(said["ApproximateNumberOfMessagesNotVisible"]))
            if dead:
                metrics.dead(int((await dead())[WAITING]))
        except LecternError as error:
            log.warning("queue.depth.unknown", error=str(error))
        await asyncio.sleep(pause_s)
        metrics.wanted.clear()
        await metrics.wanted.wait()
