"""The whole consumer, with the settings that it has by default, is told to stop while it has nothing to do."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from consumer.database.videos import Videos
from infra.sandbox.aws import Aws
from infra.sandbox.standins.serving import serving
from tests.support.consumer.fake_transcriber import FakeTranscriber

MOST_IDLE_S = 3.0
AT_ONCE_S = 1.0


@pytest.fixture
def environment(aws: Aws, database: dict[str, str], videos: Videos, tmp_path: Path) -> dict[str, str]:
    ours = {"DOWNLOAD_DIR": str(tmp_path), "HEALTH_HOST": "127.0.0.1", "HEALTH_PORT": "0", "LOG_FORMAT": "json"}
    return {**os.environ, **aws.environment, **database, **ours}


@asynccontextmanager
async def idle(environment: dict[str, str]) -> AsyncGenerator[Process]:
    """A consumer that polls an empty queue; killed in the end, if it is still there."""
    async with serving(FakeTranscriber().app()) as url:
        command = [sys.executable, "-m", "consumer", "consume"]
        said = {**environment, "TRANSCRIBER_URL": url}
        process = await asyncio.create_subprocess_exec(*command, env=said, stderr=PIPE)
        assert process.stderr is not None
        try:
            async with asyncio.timeout(30):
                while b"worker.started" not in await process.stderr.readline():
                    assert process.returncode is None
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()


@pytest.mark.parametrize(
    ("signals", "most_s"), [([signal.SIGTERM], MOST_IDLE_S), ([signal.SIGTERM, signal.SIGINT], AT_ONCE_S)]
)
async def test_an_idle_consumer_ends_soon_after_a_stop_and_at_once_after_a_second(
    environment: dict[str, str], signals: list[signal.Signals], most_s: float
) -> None:
    async with idle(environment) as process:
        began = time.monotonic()
        for each in signals:
            process.send_signal(each)
        async with asyncio.timeout(30):
            await process.wait()
        assert time.monotonic() - began < most_s
        assert process.returncode == 0
