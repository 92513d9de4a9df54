"""What breaks under the engine hurts as few files as it can, and leaves nobody waiting."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.engines import events, marks, running, submit, transcript
from tests.support.transcriber.fakes import CountingMetrics, FakeBackend
from transcriber import errors
from transcriber.audio.windows import Samples
from transcriber.engine.metrics import Wait
from transcriber.model.backend import Mel, WindowWord
from transcriber.schemas import Transcript


async def test_too_little_memory_halves_the_batch_and_nobody_notices(lecture_wav: Path, windows: int) -> None:
    backend, metrics = FakeBackend(), CountingMetrics()

    def small(marks: Sequence[int]) -> None:
        if len(marks) > 2:
            raise RuntimeError("CUDA failed with error out of memory")

    async with running(backend, metrics=metrics) as engine:
        backend.trouble = small
        found = await transcript(submit(engine, lecture_wav, language="en"))
    assert len(found.segments) == windows
    assert max(metrics.batches) == 2, "half of three or of four"
    assert len([mark for mark in backend.encoded if backend.encoded.count(mark) > 1]) <= 8, "one or two batches again"


async def test_a_window_that_the_model_cannot_take_fails_its_own_file_only(clips: list[Path]) -> None:
    backend = FakeBackend()
    poison: list[int] = []

    def refuse(marks: Sequence[int]) -> None:
        if set(poison) & set(marks):
            raise ValueError("bad row")

    async with running(backend) as engine:
        poison.append(int(marks(await transcript(submit(engine, clips[1])))[0]))
        backend.trouble = refuse
        backend.unblocked.clear()
        runs = [submit(engine, clip, language="en") for clip in clips]
        await wait_until(lambda: backend.ready == len(clips) + 1)
        backend.unblocked.set()
        results = await asyncio.gather(*(transcript(run) for run in runs), return_exceptions=True)
    assert isinstance(results[1], errors.ModelError)
    assert str(results[1]) == "the model failed on this file; the service's log says how"
    assert all(isinstance(result, Transcript) for n, result in enumerate(results) if n != 1)


async def test_a_lost_device_fails_everybody_and_says_that_only_a_restart_helps(clips: list[Path]) -> None:
    backend = FakeBackend()

    def lost(_marks: Sequence[int]) -> None:
        raise RuntimeError("CUDA failed with error an illegal memory access was encountered")

    async with running(backend) as engine:
        backend.trouble = lost
        results = await asyncio.gather(*(events(submit(engine, clip)) for clip in clips[:3]), return_exceptions=True)
        assert isinstance(engine.failed, errors.DeviceLost)
        assert not engine.ready
        with pytest.raises(errors.NotReady):
            submit(engine, clips[0])
    assert [type(result) for result in results] == [errors.DeviceLost] * 3


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_model_thread_that_dies_leaves_nobody_waiting(clips: list[Path]) -> None:
    class Broken(CountingMetrics):
        def waited(self, seconds: float, stage: Wait = "model") -> None:
            if stage == "model":
                raise KeyError("a bug")

    async with running(FakeBackend(), metrics=Broken()) as engine:
        with pytest.raises(errors.DeviceLost):
            await events(submit(engine, clips[0]))
        assert engine.failed is not None


async def test_a_reader_that_fails_leaves_nobody_waiting(clips: list[Path]) -> None:
    class Broken(FakeBackend):
        def features(self, audio: Samples) -> Mel:
            if len(audio) > 3 * 16_000:  # more than the warm-up has
                raise KeyError("a bug")
            return super().features(audio)

    async with running(Broken()) as engine:
        with pytest.raises(errors.ModelError, match="reading the file failed unexpectedly"):
            await events(submit(engine, clips[0]))
        assert engine.ready, "one file's trouble"


async def test_a_file_that_is_not_audio_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("no sound at all " * 1000)
    async with running(FakeBackend()) as engine:
        with pytest.raises(errors.MediaError):
            await events(submit(engine, path))
        assert engine.queued_audio_s == 0


async def test_text_that_cannot_be_put_together_fails_its_own_file_only(clips: list[Path]) -> None:
    class Odd(FakeBackend):
        def align(self, encoded: Any, *args: Any, **kwargs: Any) -> list[list[WindowWord]]:
            words = super().align(encoded, *args, **kwargs)
            return [[replace(word, probability=cast("Any", "high")) for word in row] for row in words]

    backend = Odd()
    async with running(backend) as engine:
        with pytest.raises(errors.ModelError, match="writing the text failed unexpectedly"):
            await events(submit(engine, clips[0]))
        assert engine.failed is None
        assert engine.queued_audio_s == 0


async def test_a_row_alone_that_fails_once_is_tried_once_more(clips: list[Path]) -> None:
    backend, tries = FakeBackend(), list[int]()

    def scarce(marks: Sequence[int]) -> None:
        tries.append(len(marks))
        if len(tries) == 1:
            raise RuntimeError("CUDA failed with error out of memory")

    async with running(backend) as engine:
        backend.trouble = scarce
        assert (await transcript(submit(engine, clips[0], language="en"))).segments
    assert tries == [1, 1], "memory that somebody else held a moment ago"


async def test_a_row_that_fails_twice_alone_fails_its_file(clips: list[Path]) -> None:
    backend, tries = FakeBackend(), list[int]()

    def refuse(marks: Sequence[int]) -> None:
        tries.append(len(marks))
        raise ValueError("bad row")

    async with running(backend) as engine:
        backend.trouble = refuse
        with pytest.raises(errors.ModelError, match="the model failed on this file"):
            await events(submit(engine, clips[0], language="en"))
    assert tries == [1, 1]
