"""One stack for all tests of this folder: built, up and healthy; what a test breaks it mends."""

import shutil
import subprocess
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from infra.sandbox.paths import SAMPLE
from tests.support.e2e.stack import BUILD_S, LABELS, Stack, run

REPEATS = 3  # a lecture of seven minutes leaves time to kill whoever works on it


def engine() -> bool:
    """Whether there is a Docker engine with Compose."""
    return bool(shutil.which("docker")) and all(
        subprocess.run(["docker", *command], capture_output=True, check=False).returncode == 0
        for command in (["info"], ["compose", "version"])
    )


@pytest.fixture(scope="session")
def checkout() -> Generator[Stack]:
    """A checkout of its own with its `.env`; nothing is built or started."""
    if not engine():
        pytest.skip("no Docker engine with Compose here: the compose test did not run")
    with tempfile.TemporaryDirectory(prefix="lectern-compose-") as made:
        folder = Path(made)
        folder.chmod(0o755)  # the containers read it as another user
        stack = Stack(folder, folder / "media.mp3")
        stack.prepare()
        yield stack


@pytest.fixture(scope="session")
def images(checkout: Stack) -> Stack:
    """Both images are built."""
    checkout.compose("build", "transcriber", "consumer", within_s=BUILD_S, settings=LABELS)
    return checkout


@pytest.fixture(scope="session")
def stack(images: Stack) -> Generator[Stack]:
    """Built, up and healthy."""
    stack = images
    repeat = ["ffmpeg", "-loglevel", "error", "-stream_loop", str(REPEATS - 1), "-i", str(SAMPLE), "-c", "copy"]
    run([*repeat, str(stack.media)], stack.folder)
    stack.compose("build", "youtube", within_s=BUILD_S)  # made from the consumer's image
    try:
        stack.up()
        yield stack
    finally:
        stack.close()
