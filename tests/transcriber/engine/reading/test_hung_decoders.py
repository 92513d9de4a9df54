"""Decoders that hang hold up their own files and nobody else's."""

import asyncio
import os
import signal
from pathlib import Path

import numpy as np
import psutil

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.clips import write_wav
from tests.support.transcriber.engines import SETTINGS, running, submit, transcript
from tests.support.transcriber.fakes import FakeBackend
from tests.support.transcriber.watching import Left, left_behind
from transcriber.audio.windows import Samples

SOON_S = 20  # a third of the time after which a decoder is known to hang


def decoders(before: Left) -> set[int]:
    """Those that run now: children of a child, which forks them."""
    this = psutil.Process()
    descendants = {child.pid for child in this.children(recursive=True)}
    return descendants - {child.pid for child in this.children()} - before.children


async def test_two_that_hang_keep_neither_a_clip_nor_a_stop_waiting(
    audio: Samples, clips: list[Path], tmp_path: Path
) -> None:
    before = Left.now()
    lecture = write_wav(tmp_path / "long.wav", np.tile(audio, 20))  # reading it takes seconds
    stopped: set[int] = set()
    async with asyncio.timeout(SOON_S), running(FakeBackend()) as engine:
        assert SETTINGS.intake_threads == 2
        for start_s in (0.0, 1.0):
            submit(engine, lecture, start_s=start_s)
            await wait_until(lambda: bool(decoders(before) - stopped), what="its decoder runs")
            (decoder,) = decoders(before) - stopped
            os.kill(decoder, signal.SIGSTOP)
            stopped.add(decoder)
        assert (await transcript(submit(engine, clips[0]))).segments
    assert not left_behind(before).children
