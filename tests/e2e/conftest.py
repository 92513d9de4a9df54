"""One embedded system for the tests that only use it; those that break it start their own."""

from collections.abc import AsyncGenerator

import pytest_asyncio

from infra.sandbox.system import EmbeddedSystem


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def system() -> AsyncGenerator[EmbeddedSystem]:
    async with EmbeddedSystem(consumer_settings={"LEASE_SECONDS": "6"}) as running:
        yield running
