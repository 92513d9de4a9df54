"""Shared by all tests: where things are, and the programs of this environment first on PATH."""

import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from infra.sandbox.paths import LECTURE, LECTURE_TEXT, SAMPLE_TEXT
from tests.support.transcriber.serving import transcriber


def pytest_configure() -> None:
    """ffmpeg and deno of the environment that runs the tests, also for programs that tests start."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"


@pytest.fixture(scope="session")
def lecture() -> Path:
    """The lecture that tests are fed with, spoken by espeak-ng: 104 s of MP3."""
    return LECTURE


@pytest.fixture(scope="session")
def lecture_text() -> str:
    """What is said in it."""
    return LECTURE_TEXT.read_text()


@pytest.fixture(scope="session")
def sample_text() -> str:
    """What is said in the sample that the stand-in for YouTube serves unless told otherwise."""
    return SAMPLE_TEXT.read_text()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server() -> AsyncGenerator[str]:
    """The address of one real transcriber, for the tests that only talk to it."""
    async with transcriber(MAX_UPLOAD_BYTES="3000000") as (url, _):
        yield url


@pytest.fixture(scope="session")
def lecture_start(lecture: Path) -> bytes:
    """The first seven seconds of the lecture, as MP3."""
    command = ["ffmpeg", "-loglevel", "error", "-i", str(lecture), "-t", "7", "-c", "copy", "-f", "mp3", "pipe:1"]
    return subprocess.run(command, check=True, capture_output=True).stdout
