"""One transcriber with Whisper's own `base`, shared by all tests here."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from infra.sandbox.weights import WeightsMissing, packaged_weights
from tests.support.speech.ear import Ear
from tests.support.transcriber.serving import transcriber


@pytest.fixture(scope="session")
def base() -> str:
    """The path of Whisper base, multilingual."""
    try:
        return str(packaged_weights("base"))
    except WeightsMissing as error:
        pytest.skip(str(error))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def ear(base: str) -> AsyncGenerator[Ear]:
    """A transcriber as people run it on a CPU: int8, beam 5, windows of 30 s."""
    async with transcriber(WHISPER_MODEL=base, WHISPER_WINDOW_SECONDS="30", WHISPER_COMPUTE_TYPE="int8") as (url, _):
        yield Ear(url)
