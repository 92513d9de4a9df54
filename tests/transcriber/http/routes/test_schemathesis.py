"""Requests made up from the OpenAPI document: none may make the service fail, and each error has its shape."""

import asyncio
import importlib
import tempfile
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.configuration import set_hypothesis_home_dir

from tests.support.transcriber.fake_service import served

pytestmark = pytest.mark.slow

OPERATIONS = [
    ("post", "/transcribe"),
    ("post", "/v1/audio/transcriptions"),
    ("post", "/v1/audio/translations"),
    ("post", "/jobs"),
    ("get", "/jobs/{job_id}"),
    ("get", "/jobs/{job_id}/result"),
    ("get", "/jobs/{job_id}/events"),
    ("delete", "/jobs/{job_id}"),
    ("post", "/asr"),
    ("post", "/detect-language"),
    ("post", "/inference"),
    ("get", "/v1/models"),
    ("get", "/v1/models/{name}"),
    ("get", "/health/live"),
    ("get", "/health/ready"),
    ("get", "/metrics"),
]
importlib.import_module("schemathesis.specs.openapi.schemas")  # else parsed by pytest while the service's thread runs
set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "hypothesis")  # not into the repository


@pytest.fixture(scope="module")
def address() -> Generator[str]:
    """The service on a loop of its own: schemathesis calls it from a test that is not async."""
    ready, over = threading.Event(), threading.Event()
    found: list[str] = []

    async def serve() -> None:
        async with served(client_timeout_seconds=5, drop_in_routes="asr,inference") as server:
            found.append(str(server.client.base_url))
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(20)
    yield found[0]
    over.set()
    thread.join()


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_made_up_request_makes_the_service_fail(address: str, method: str, path: str) -> None:
    api: Any = schemathesis.openapi.from_url(f"{address}/openapi.json")

    @settings(max_examples=20, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(case=api[path][method].as_strategy())
    def send(case: Any) -> None:
        answer = case.call()
        assert answer.status_code < 500
        if answer.status_code >= 400 and path.startswith("/v1/"):
            assert set(answer.json()) == {"error"}
        elif answer.status_code >= 400:
            assert answer.headers["content-type"] == ["application/problem+json"]

    send()


def test_every_documented_operation_is_tried(address: str) -> None:
    document = httpx.get(f"{address}/openapi.json").json()
    assert {(method, path) for path, found in document["paths"].items() for method in found} == set(OPERATIONS)
