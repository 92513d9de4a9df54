"""A device that is short of memory, dead in words that nobody knows, or stuck."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.engines import SETTINGS, events, held, running, submit, transcript
from tests.support.transcriber.fakes import CountingMetrics, FakeBackend
from transcriber import errors
from transcriber.engine.engine import Engine
from transcriber.model.backend import WindowWord


def small(marks: Sequence[int]) -> None:
    """A device whose memory holds two rows."""
    if len(marks) > 2:
        raise RuntimeError("CUDA failed with error out of memory")


@pytest.mark.parametrize(("device", "batches"), [("cpu", [1]), ("cuda", [1, 4])])
async def test_a_processor_warms_up_with_one_window_and_a_gpu_with_a_full_batch_too(
    device: str, batches: list[int]
) -> None:
    backend = FakeBackend()
    backend.device = device
    engine = Engine(backend, SETTINGS, CountingMetrics())
    await engine.start()
    await engine.stop()
    assert [len(call.marks) for call in backend.calls] == batches


async def test_a_device_too_small_for_a_full_batch_serves_with_smaller_ones(lecture_wav: Path, windows: int) -> None:
    backend, metrics = FakeBackend(), CountingMetrics()
    backend.device, backend.trouble = "cuda", small
    async with running(backend, metrics=metrics) as engine:
        assert len((await transcript(submit(engine, lecture_wav, language="en"))).segments) == windows
    assert max(metrics.batches) == 2


async def test_a_device_too_small_for_one_row_does_not_start() -> None:
    def tiny(_marks: Sequence[int]) -> None:
        raise RuntimeError("CUDA failed with error out of memory")

    backend = FakeBackend()
    backend.trouble = tiny
    engine = Engine(backend, SETTINGS, CountingMetrics())
    with pytest.raises(RuntimeError, match="out of memory"):
        await engine.start()
    await engine.stop()


class Timeless(FakeBackend):
    """A GPU that decodes, but whose aligner fails as if memory had run out, from `aligned` calls on."""

    device = "cuda"

    def __init__(self, aligned: int) -> None:
        super().__init__()
        self._left = aligned

    def align(self, *asked: Any, **more: Any) -> list[list[WindowWord]]:
        self._left -= 1
        if self._left < 0:
            raise RuntimeError("parallel_for failed: out of memory")
        return super().align(*asked, **more)


@pytest.mark.parametrize("aligned", [0, 1], ids=["from the start", "later"])
async def test_a_device_that_cannot_tell_times_of_words_still_gives_the_text(
    lecture_wav: Path, windows: int, aligned: int
) -> None:
    async with running(Timeless(aligned)) as engine:
        found = await transcript(submit(engine, lecture_wav, language="en", times=True))
        assert len(found.segments) == windows
        assert engine.ready


async def test_a_device_that_fails_everybody_in_unknown_words_is_lost(clips: list[Path]) -> None:
    def dead(_marks: Sequence[int]) -> None:
        raise RuntimeError("CUDA failed with error cudaErrorOfTheNextRelease")

    backend = FakeBackend()
    async with running(backend) as engine:
        backend.trouble = dead
        results = await asyncio.gather(*(events(submit(engine, clip)) for clip in clips[:4]), return_exceptions=True)
        assert isinstance(engine.failed, errors.DeviceLost)
    assert {type(result) for result in results} <= {errors.DeviceLost, errors.ModelError}
    assert errors.DeviceLost in map(type, results)


async def test_a_device_that_decodes_silence_is_not_lost_though_every_file_fails(clips: list[Path]) -> None:
    def poisoned(marks: Sequence[int]) -> None:
        if any(marks):
            raise RuntimeError("the input is not what it should be")

    backend = FakeBackend()
    async with running(backend) as engine:
        backend.trouble = poisoned
        for clip in clips[:4]:
            with pytest.raises(errors.ModelError):
                await events(submit(engine, clip))
        backend.trouble = lambda _marks: None
        assert (await transcript(submit(engine, clips[0]))).segments
        assert engine.ready


async def test_a_stop_does_not_wait_for_ever_for_a_batch(clips: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transcriber.engine.engine.STOP_S", 0.05)
    backend = FakeBackend()
    async with running(backend) as engine:
        run = await held(engine, backend, clips[0])
        await engine.stop()
        assert engine.stuck
        with pytest.raises(errors.Draining):
            await events(run)


async def test_a_batch_that_never_ends_fails_everybody_and_the_engine(clips: list[Path]) -> None:
    backend = FakeBackend()
    async with running(backend, replace(SETTINGS, max_batch_s=0.05)) as engine:
        run = await held(engine, backend, clips[0])
        await wait_until(lambda: engine.watch() or engine.failed is not None)
        assert not engine.ready
        with pytest.raises(errors.DeviceLost, match="a batch has not ended"):
            await events(run)


async def test_a_request_that_takes_too_long_ends_with_an_error_and_leaves_the_others(clips: list[Path]) -> None:
    backend = FakeBackend()
    async with running(backend, replace(SETTINGS, max_run_s=0.3)) as engine:
        run = await held(engine, backend, clips[0])
        await wait_until(lambda: engine.watch() or engine.queued_audio_s == 0)
        with pytest.raises(errors.TookTooLong):
            await events(run)
        backend.unblocked.set()
        assert (await transcript(submit(engine, clips[1]))).segments
