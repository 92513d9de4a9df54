"""Which files may hold a decoder, and that no more do."""

import os
import resource
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.clips import write_wav
from tests.support.transcriber.engines import held, running, submit, transcript
from tests.support.transcriber.fakes import FakeBackend
from transcriber import errors
from transcriber.audio.vad import SpeechModel
from transcriber.audio.windows import Samples
from transcriber.engine.engine import EngineSettings
from transcriber.engine.job import Job
from transcriber.engine.reading.decoder_slots import LONG_S, DecoderSlots
from transcriber.engine.reading.intake import Intake
from transcriber.schemas import Options, Priority

SPEECH = SpeechModel()


def file(priority: Priority = "interactive", *, long: bool = False) -> Intake:
    job = Job(Path(), Options(priority=priority), LONG_S + 1 if long else 1.0, "fake")
    return Intake(job, FakeBackend(), SPEECH, EngineSettings())


def opened(slots: DecoderSlots, files: list[Intake]) -> list[Intake]:
    return [each for one in files for each in slots.acquire(one)]


def test_files_wait_in_the_order_they_came() -> None:
    slots, files = DecoderSlots(8), [file() for _ in range(12)]
    assert opened(slots, files) == files[:7]
    assert slots.release(files[0]) == [files[7]]
    assert slots.release(files[0]) == [], "closed twice"
    assert slots.release(files[3]) == [files[8]]


def test_a_clip_passes_lectures_that_wait() -> None:
    slots, lectures, clip = DecoderSlots(8), [file(long=True) for _ in range(10)], file()
    assert opened(slots, lectures) == lectures[:6]
    assert slots.acquire(clip) == [clip]


def test_bulk_leaves_half_and_gets_what_the_others_leave() -> None:
    slots = DecoderSlots(8)
    bulk, interactive = [file("bulk") for _ in range(6)], [file() for _ in range(6)]
    assert opened(slots, bulk) == bulk[:4]
    assert opened(slots, interactive) == interactive[:4]
    assert slots.release(bulk[0]) == [interactive[4]], "interactive ones first"
    assert slots.release(interactive[0]) == [interactive[5]]
    assert slots.release(interactive[1]) == [bulk[4]]


def test_interactive_ones_leave_a_place_to_bulk() -> None:
    slots, bulk = DecoderSlots(8), file("bulk")
    opened(slots, [file() for _ in range(20)])
    assert slots.acquire(bulk) == [bulk]


def test_a_job_that_ended_while_it_waited_is_let_through_to_hear_of_it() -> None:
    slots, files = DecoderSlots(2), [file() for _ in range(3)]
    opened(slots, files[:2])
    files[2].job.fail(errors.Cancelled("left"))
    assert slots.acquire(files[2]) == [files[2]]


async def test_a_clip_is_read_while_many_lectures_hold_all_the_decoders_they_may(
    audio: Samples, clips: list[Path], tmp_path: Path
) -> None:
    lecture = write_wav(tmp_path / "long.wav", np.tile(audio, 4))
    backend, this = FakeBackend(), psutil.Process()
    before = len(this.children(recursive=True))

    def started() -> int:
        return len(this.children(recursive=True)) - before

    async with running(backend, EngineSettings(window_s=10.0, batch_size=1, open_files=8)) as engine:
        first = await held(engine, backend, clips[0])
        runs = [first] + [submit(engine, lecture, language="en") for _ in range(9)]
        await wait_until(lambda: started() == 7, what="six lectures are open, one process forks")
        featured = backend.featured
        runs.append(submit(engine, clips[1], language="en"))
        await wait_until(lambda: backend.featured > featured, what="the clip is read")
        assert started() <= 9
        for run in runs[:-2]:
            run.cancel()
        backend.unblocked.set()
        for run in runs[-2:]:
            await transcript(run)
    assert started() == 0


@contextmanager
def no_more_descriptors() -> Generator[None]:
    """As in a process that has as many files open as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest_free = os.dup(0)
    os.close(lowest_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_a_file_for_which_no_decoder_can_be_started_is_to_come_back(clips: list[Path]) -> None:
    async with running(FakeBackend()) as engine:
        await transcript(submit(engine, clips[0]))
        with no_more_descriptors(), pytest.raises(errors.Overloaded, match="no decoder can be started now: try again"):
            await transcript(submit(engine, clips[1]))
        await transcript(submit(engine, clips[1]))
