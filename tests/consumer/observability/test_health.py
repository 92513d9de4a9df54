"""What an orchestrator and Prometheus are told."""

import asyncio
import time
from collections.abc import AsyncGenerator

import httpx
import pytest

from consumer.errors import Dependency, EnvironmentFault
from consumer.observability.health import LONGEST_REST_S, STALE_S, Health, alive, serve_health, verdict
from consumer.observability.metrics import WAITING, Metrics, watch_depth
from consumer.worker.circuit_breaker import Breakers
from infra.sandbox.waiting import wait_until


@pytest.fixture
def health() -> Health:
    return Health(polled_at=time.monotonic())


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def client(health: Health, metrics: Metrics) -> AsyncGenerator[httpx.AsyncClient]:
    async with (
        serve_health(health, metrics, "127.0.0.1", 0) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield client


async def test_green_while_polls_finish(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "working")
    assert answer.headers["content-type"] == "application/json"


async def test_red_with_the_reason_while_the_environment_is_broken(health: Health, client: httpx.AsyncClient) -> None:
    Breakers(health).open(Dependency.BUCKET, EnvironmentFault("S3 refused to store an object"))
    answer = await client.get("/health")
    assert (answer.status_code, answer.json()["fault"]) == (503, "bucket: S3 refused to store an object")
    assert 'consumer_broken{dependency="bucket"} 1.0' in (await client.get("/metrics")).text


def test_red_when_no_poll_has_finished_for_long() -> None:
    code, body = verdict(Health(polled_at=time.monotonic() - STALE_S - 1))
    assert code == 503
    assert b"no poll has finished for 121 s" in body


async def test_health_and_metric_tell_one_truth(health: Health, client: httpx.AsyncClient) -> None:
    health.polled_at = time.monotonic() - 1000
    assert (await client.get("/health")).status_code == 503
    assert "consumer_healthy 0.0" in (await client.get("/metrics")).text


async def test_a_broken_world_is_no_dead_process(health: Health, client: httpx.AsyncClient) -> None:
    Breakers(health).open(Dependency.YOUTUBE, EnvironmentFault("YouTube blocks this address"))
    codes = {path: (await client.get(path)).status_code for path in ("/health/live", "/health/ready", "/health")}
    assert codes == {"/health/live": 200, "/health/ready": 503, "/health": 503}
    assert "consumer_healthy 0.0" in (await client.get("/metrics")).text


@pytest.mark.parametrize(
    ("silent_s", "faults", "in_flight", "code"),
    [
        (STALE_S - 1, {}, 0, 200),
        (STALE_S + 1, {}, 0, 503),
        (STALE_S + 1, {}, 1, 200),
        (STALE_S + LONGEST_REST_S - 1, {Dependency.QUEUE: "away"}, 0, 200),
        (STALE_S + LONGEST_REST_S + 1, {Dependency.QUEUE: "away"}, 0, 503),
    ],
)
def test_only_a_loop_that_hangs_is_dead(
    silent_s: float, faults: dict[Dependency, str], in_flight: int, code: int
) -> None:
    turned_at = time.monotonic() - silent_s
    assert alive(Health(turned_at=turned_at, faults=faults, in_flight=in_flight))[0] == code


def test_green_without_polls_while_every_slot_is_at_work() -> None:
    assert verdict(Health(polled_at=time.monotonic() - STALE_S - 1, in_flight=2))[0] == 200


async def test_prometheus_gets_outcomes_in_its_own_format(health: Health, client: httpx.AsyncClient) -> None:
    health.count("completed")
    health.count("completed")
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'consumer_messages_total{outcome="completed"} 2.0' in answer.text
    assert "consumer_healthy 1.0" in answer.text


async def test_prometheus_gets_stages_spend_and_the_queue(metrics: Metrics, client: httpx.AsyncClient) -> None:
    metrics.stage("audio", 3)
    metrics.spent("claude", 0.25)
    metrics.completed(60)
    metrics.depth(7, 1)
    metrics.dead(2)
    metrics.built("1.2", "abc")
    text = (await client.get("/metrics")).text
    assert 'consumer_stage_seconds_bucket{le="5.0",stage="audio"} 1.0' in text
    assert 'consumer_spend_usd_total{model="claude"} 0.25' in text
    assert "consumer_audio_seconds_total 60.0" in text
    assert 'consumer_queue_messages{state="waiting"} 7.0' in text
    assert 'consumer_queue_messages{state="dead"} 2.0' in text
    assert 'consumer_build_info{revision="abc",version="1.2"} 1.0' in text
    assert "process_start_time_seconds" in text


async def test_the_queue_is_asked_for_its_length_only_when_somebody_wants_to_know(
    client: httpx.AsyncClient, metrics: Metrics
) -> None:
    asked: list[str] = []

    async def queue() -> dict[str, str]:
        asked.append("queue")
        return {WAITING: "3", "ApproximateNumberOfMessagesNotVisible": "0"}

    watching = asyncio.create_task(watch_depth(queue, None, metrics, pause_s=0))
    await client.get("/health")
    assert len(asked) == 1
    await client.get("/metrics")
    await wait_until(lambda: len(asked) == 2)
    assert 'consumer_queue_messages{state="waiting"} 3.0' in (await client.get("/metrics")).text
    watching.cancel()


def test_the_pause_grows_while_it_stays_broken_and_each_dependency_is_mended_by_itself() -> None:
    breakers = Breakers(Health(), first_pause_s=5)
    fault = EnvironmentFault("blocked")
    breakers.open(Dependency.YOUTUBE, fault)
    assert breakers.pause_s == 5
    for _ in range(10):
        breakers.open(Dependency.YOUTUBE, fault)
    assert breakers.pause_s == 300
    assert not breakers.close(Dependency.QUEUE)
    assert breakers.open_ones == (Dependency.YOUTUBE,)
    assert breakers.close(Dependency.YOUTUBE)
    assert (breakers.open_ones, breakers.pause_s) == ((), 5)
