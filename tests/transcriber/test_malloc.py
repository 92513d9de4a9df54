"""Threads share one heap."""

import subprocess
import sys

import pytest

THREADS = """
import ctypes, sys, threading
from transcriber import malloc
if sys.argv[1] == "bound":
    malloc.bound_arenas()
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


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's")
def test_no_thread_gets_an_arena_of_its_own() -> None:
    def arenas(how: str) -> int:
        done = subprocess.run([sys.executable, "-c", THREADS, how], check=True, capture_output=True, text=True)
        return done.stderr.count("Arena ")

    assert arenas("bound") == 1
    assert arenas("free") > 1
