"""Who is let in, told to come back, or let go: queue, prediction, leaving clients, drain."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.clips import write_wav
from tests.support.transcriber.engines import SETTINGS, events, held, running, submit, transcript
from tests.support.transcriber.fakes import CountingMetrics, FakeBackend
from transcriber import errors
from transcriber.audio.windows import Samples
from transcriber.engine.engine import Engine, EngineSettings


async def test_a_client_that_leaves_frees_its_windows(lecture_wav: Path, clips: list[Path]) -> None:
    backend, metrics = FakeBackend(), CountingMetrics()
    async with running(backend, metrics=metrics) as engine:
        await held(engine, backend, clips[0])
        leaving = submit(engine, lecture_wav, language="en")
        await wait_until(lambda: backend.featured > 4)
        featured = backend.featured
        leaving.cancel()
        leaving.cancel()
        assert engine.queued_audio_s < 20, "only the clip that sits in the model"
        backend.unblocked.set()
        await wait_until(lambda: engine.queued_audio_s == 0)
    assert metrics.cancels == 1
    assert len(backend.encoded) == 1
    assert backend.featured <= featured + 5, "reading stops at the next block: 32 s, in windows of 8 to 10 s"


async def test_a_listener_of_a_cancelled_run_is_told(clips: list[Path]) -> None:
    backend = FakeBackend()
    async with running(backend) as engine:
        run = await held(engine, backend, clips[0])
        listening = asyncio.create_task(events(run))
        await asyncio.sleep(0)
        run.cancel()
        with pytest.raises(errors.Cancelled):
            await listening


async def test_draining_lets_running_files_finish(lecture_wav: Path, windows: int) -> None:
    async with running(FakeBackend()) as engine:
        run = submit(engine, lecture_wav)
        assert await engine.drain(grace_s=20) == 0
        assert len((await transcript(run)).segments) == windows


async def test_draining_refuses_new_files_and_says_how_many_it_dropped(clips: list[Path]) -> None:
    backend = FakeBackend()
    async with running(backend) as engine:
        run = await held(engine, backend, clips[0])
        assert await engine.drain(grace_s=0) == 1
        with pytest.raises(errors.Draining) as refused:
            submit(engine, clips[1])
        with pytest.raises(errors.Draining):
            await events(run)
    assert refused.value.retry_after_s > 0


async def test_reading_pauses_when_two_batches_of_a_file_are_ready(audio: Samples, tmp_path: Path) -> None:
    long = write_wav(tmp_path / "long.wav", np.tile(audio, 5))
    backend = FakeBackend()
    async with running(backend) as engine:
        run = await held(engine, backend, long)
        seen: list[int] = []

        def reading_pauses() -> bool:
            seen.append(backend.featured)
            return len(seen) > 20 and seen[-20] == seen[-1] >= 2 * SETTINGS.batch_size

        await wait_until(reading_pauses)
        in_the_model, a_block = SETTINGS.batch_size, 5
        assert backend.featured <= 2 * SETTINGS.batch_size + in_the_model + a_block
        backend.unblocked.set()
        assert len((await transcript(run)).segments) > 50


async def test_a_full_queue_is_refused_with_the_seconds_to_wait(clips: list[Path]) -> None:
    backend = FakeBackend()
    async with running(backend, EngineSettings(window_s=10.0, batch_size=4, max_queue_s=0.01)) as engine:
        await held(engine, backend, clips[0])
        with pytest.raises(errors.Overloaded) as refused:
            submit(engine, clips[1])
    assert refused.value.retry_after_s >= 1


async def test_accepted_work_carries_a_prediction(lecture_wav: Path, clips: list[Path]) -> None:
    backend = FakeBackend()
    async with running(backend) as engine:
        run = await held(engine, backend, lecture_wav)
        behind = submit(engine, clips[0])
        assert run.eta_s > behind.eta_s > 0, "a clip takes turns with the lecture and need not wait for its end"
        assert engine.predicted_wait_s() > 0


async def test_an_engine_that_is_not_started_is_not_ready(clips: list[Path]) -> None:
    engine = Engine(FakeBackend(), SETTINGS, CountingMetrics())
    with pytest.raises(errors.NotReady):
        submit(engine, clips[0])
    await engine.stop()


async def test_an_unknown_language_is_named_with_examples(clips: list[Path]) -> None:
    async with running(FakeBackend()) as engine:
        with pytest.raises(errors.BadOption, match=r"language 'xx' is unknown: use a code such as en, de, fr, es"):
            submit(engine, clips[0], language="xx")
