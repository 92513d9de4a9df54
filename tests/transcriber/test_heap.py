"""Threads share one heap, by what the image sets for glibc."""

import os
import re
import subprocess
import sys

import pytest

from infra.sandbox.paths import ROOT

NAME = "MALLOC_ARENA_MAX"
THREADS = """
import ctypes, threading
libc = ctypes.CDLL(None)
together = threading.Barrier(8)
def allocate():
    together.wait()
    libc.malloc(100_000)
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc.malloc_stats()
"""


def in_the_image() -> str:
    """What the transcriber's image sets."""
    found = re.search(rf"{NAME}=(\d+)", (ROOT / "services" / "transcriber" / "Dockerfile").read_text())
    assert found
    return found[1]


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's")
def test_no_thread_gets_an_arena_of_its_own() -> None:
    def arenas(**more: str) -> int:
        bare = {name: value for name, value in os.environ.items() if name != NAME}
        command = [sys.executable, "-c", THREADS]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=bare | more)
        return done.stderr.count("Arena ")

    assert arenas(**{NAME: in_the_image()}) == 1
    assert arenas() > 1
