"""What a file costs the model, in windows, frames and batches."""

import asyncio
from pathlib import Path

from infra.sandbox.paths import LECTURE
from infra.sandbox.waiting import wait_until
from tests.bench.audio import clips
from tests.support.counts import check
from tests.support.real_features import RealFeatures
from tests.support.transcriber.engines import running, submit, transcript
from tests.support.transcriber.fakes import CountingMetrics
from transcriber.engine.engine import EngineSettings

ENGINE = EngineSettings(window_s=30.0, batch_size=4)


async def test_a_lecture_costs_the_windows_and_frames_that_it_did() -> None:
    backend = RealFeatures()
    async with running(backend, ENGINE) as engine:
        await transcript(submit(engine, LECTURE, language="en"))
    check("a lecture of 104 s", {"windows": len(backend.encoded), "encoded frames": sum(backend.frames)})


async def test_clips_that_come_together_are_encoded_short_and_share_batches(tmp_path: Path) -> None:
    backend, metrics = RealFeatures(), CountingMetrics()
    async with running(backend, ENGINE, metrics) as engine:
        backend.unblocked.clear()
        together = [submit(engine, clip.path, language="en") for clip in clips(tmp_path, 8, 3.0, 6.0)]
        await wait_until(lambda: backend.ready == len(together))
        backend.unblocked.set()
        await asyncio.gather(*map(transcript, together))
    check("eight clips at once", {"encoded frames": sum(backend.frames), "batches": len(metrics.batches)})
