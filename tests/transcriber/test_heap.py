"""Threads share one heap, and what they free is used again: by what the image sets for glibc."""

import os
import subprocess
import sys

import pytest

from tests.support.heap import heap

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="glibc's")

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
SCORES = """
import ctypes, resource
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
def use(size):
    block = ctypes.c_void_p(libc.malloc(size))
    ctypes.memset(block, 1, size)
    libc.free(block)
use(144 << 20)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
use(144 << 20)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def run(code: str, more: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """In an interpreter whose heap is glibc's own, but for `more`."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=bare | more)


def test_no_thread_gets_an_arena_of_its_own() -> None:
    assert run(THREADS, heap()).stderr.count("Arena ") == 1
    assert run(THREADS, {}).stderr.count("Arena ") > 1


def test_memory_as_attention_takes_it_is_not_asked_of_the_kernel_anew_for_each_layer() -> None:
    """Which has to fill it with zeros, page by page: 36,864 of 4 KiB."""
    assert int(run(SCORES, heap()).stdout) < 1000
    assert int(run(SCORES, {}).stdout) > 10_000
