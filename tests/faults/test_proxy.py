"""A door fails as it is told, and works again when it is mended."""

from collections.abc import AsyncGenerator

import httpx
import pytest

from infra.sandbox.standins.serving import serving
from tests.faults.proxy import FaultProxy, Mode
from tests.faults.world import to
from tests.support.consumer.fake_transcriber import FakeTranscriber


@pytest.fixture
async def door() -> AsyncGenerator[FaultProxy]:
    async with serving(FakeTranscriber().app()) as url, FaultProxy(to(url)).serving() as door:
        yield door


async def ask(door: FaultProxy) -> int | str:
    """The status, or the name of the exception."""
    async with httpx.AsyncClient(trust_env=False, timeout=0.5) as client:
        try:
            return (await client.get(f"http://127.0.0.1:{door.port}/health/ready")).status_code
        except httpx.HTTPError as error:
            return type(error).__name__


@pytest.mark.parametrize(
    ("mode", "seen"),
    [
        ("open", {200}),
        ("unavailable", {503}),
        ("hang", {"ReadTimeout"}),
        ("refuse", {"RemoteProtocolError", "ReadError"}),
        ("cut", {"RemoteProtocolError", "ReadError"}),
    ],
)
async def test_a_door_fails_as_it_is_told_until_it_is_mended(door: FaultProxy, mode: Mode, seen: set[object]) -> None:
    door.fail(mode)
    assert await ask(door) in seen
    door.fail("open")
    assert await ask(door) == 200
