"""Decoders that hang hold up their own files and nobody else's."""

import asyncio
import os
import signal
from pathlib import Path

import psutil

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.engines import SETTINGS, running, submit, transcript
from tests.support.transcriber.fakes import FakeBackend
from tests.support.transcriber.watching import Left, left_behind

SOON_S = 20  # a third of the time after which a decoder is known to hang


def decoder_in_waiting(known: set[int]) -> int:
    """The spare one, which the next file takes."""
    (pid,) = {child.pid for child in psutil.Process().children()} - known
    return pid


async def test_two_that_hang_keep_neither_a_clip_nor_a_stop_waiting(lecture_wav: Path, clips: list[Path]) -> None:
    before = Left.now()
    stopped = set(before.children)
    async with asyncio.timeout(SOON_S), running(FakeBackend()) as engine:
        assert SETTINGS.intake_threads == 2
        for clip in clips[1:3]:
            # A process is there a moment before it is the spare one: it certainly is once a clip has been heard.
            await transcript(submit(engine, clip))
            decoder = decoder_in_waiting(stopped)
            os.kill(decoder, signal.SIGSTOP)
            submit(engine, lecture_wav)
            stopped.add(decoder)
            await wait_until(lambda: len(psutil.Process().children()) > len(stopped), what="the next one waits")
        assert (await transcript(submit(engine, clips[0]))).segments
    assert not left_behind(before).children
