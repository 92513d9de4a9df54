"""Small HTTP answers to: is it alive, is it working, and how much has it done. One verdict is behind all of them.

/health/live is for whoever would restart the process: 503 only where its loop hangs, because no restart mends a broken
world. /health and /health/ready say 503 for that too, and so does consumer_healthy.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from prometheus_client import CONTENT_TYPE_LATEST, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from consumer.errors import ConfigError, Dependency
from consumer.observability.metrics import Metrics

STALE_S = 120.0  # without a finished poll: the loop hangs, whatever the process does
LONGEST_REST_S = 300.0  # of the circuit breakers: as long again the loop need not turn while something is broken
REQUEST_S = 5.0
REASONS = {200: "OK", 503: "Service Unavailable"}


@dataclass
class Health:
    """What /health shows. `faults` are why nothing is received at the moment, by who is broken.

    `turned_at` is when the loop that receives last came round, `polled_at` when a poll last succeeded; monotonic clock.
    """

    started_at: float = field(default_factory=time.monotonic)
    turned_at: float | None = None
    polled_at: float | None = None
    faults: dict[Dependency, str] = field(default_factory=dict[Dependency, str])
    in_flight: int = 0
    outcomes: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def fault(self) -> str | None:
        """All faults in one sentence, None when there is none."""
        return "; ".join(f"{name}: {words}" for name, words in self.faults.items()) or None

    @property
    def hangs(self) -> bool:
        """Whether the loop has stopped turning although no slot is at work."""
        silent_s = time.monotonic() - (self.turned_at or self.started_at)
        return self.in_flight == 0 and silent_s > STALE_S + (LONGEST_REST_S if self.faults else 0.0)

    def count(self, outcome: str) -> None:
        """One more message has ended like this."""
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1


@asynccontextmanager
async def serve_health(health: Health, metrics: Metrics, host: str, port: int) -> AsyncGenerator[int]:
    """Serve GET /health, /health/live, /health/ready and /metrics; the port in use. ConfigError where it is taken."""
    registry = metrics.registry
    registry.register(_Counts(health))
    ProcessCollector(registry=registry)  # memory, processor time, open files, when it started

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(TimeoutError, ConnectionError, ValueError):  # ValueError: an endless line
            line = await asyncio.wait_for(reader.readline(), REQUEST_S)
            path = [*line.decode("latin-1").split(" "), "", ""][1]
            if path == "/metrics":
                metrics.wanted.set()
                code, kind, body = 200, CONTENT_TYPE_LATEST, generate_latest(registry)
            else:
                code, body = alive(health) if path == "/health/live" else verdict(health)
                kind = "application/json"
            head = f"HTTP/1.1 {code} {REASONS[code]}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
            writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
            await writer.drain()
        writer.close()

    try:
        server = await asyncio.start_server(answer, host, port)
    except OSError as error:
        raise ConfigError(f"HEALTH_HOST={host} HEALTH_PORT={port} cannot be listened on: {_reason(error)}") from error
    async with server:
        yield int(server.sockets[0].getsockname()[1])


def _reason(error: OSError) -> str:
    """asyncio words it at length, and the system's own words are the last of them."""
    return str(error.strerror).rsplit(": ", 1)[-1]


def alive(health: Health) -> tuple[int, bytes]:
    """200 while the loop turns, whatever it meets, else 503."""
    return (503 if health.hangs else 200), json.dumps({"status": "hanging" if health.hangs else "alive"}).encode()


def verdict(health: Health) -> tuple[int, bytes]:
    """200 while polls finish and nothing is broken, else 503 and why."""
    last = health.polled_at or health.started_at
    silent_s = time.monotonic() - last
    fault = health.fault
    if fault is None and silent_s > STALE_S and health.in_flight == 0:
        fault = f"no poll has finished for {silent_s:.0f} s"
    body = {"status": "broken" if fault else "working", "fault": fault, "in_flight": health.in_flight}
    return (503 if fault else 200), json.dumps({**body, "outcomes": health.outcomes}).encode()


class _Counts(Collector):
    """The same figures for Prometheus."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def collect(self) -> list[CounterMetricFamily | GaugeMetricFamily]:
        outcomes = CounterMetricFamily("consumer_messages", "Messages by how they ended", labels=["outcome"])
        for outcome, count in self._health.outcomes.items():
            outcomes.add_metric([outcome], count)
        in_flight = GaugeMetricFamily("consumer_in_flight", "Messages being worked on", value=self._health.in_flight)
        works = float(verdict(self._health)[0] == 200)
        healthy = GaugeMetricFamily("consumer_healthy", "1 while /health says 200", value=works)
        broken = GaugeMetricFamily("consumer_broken", "1 for what is broken", labels=["dependency"])
        for dependency in Dependency:
            broken.add_metric([dependency], float(dependency in self._health.faults))
        return [outcomes, in_flight, healthy, broken]
