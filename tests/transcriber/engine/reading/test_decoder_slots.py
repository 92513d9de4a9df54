"""Which files may hold a decoder, and that no more do."""

from pathlib import Path

import numpy as np
import psutil
import pytest

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.clips import write_wav
from tests.support.transcriber.engines import held, running, submit, transcript
from tests.support.transcriber.fakes import FakeBackend
from transcriber import errors
from transcriber.audio import decoder_process
from transcriber.audio.vad import SpeechModel
from transcriber.audio.windows import Samples
from transcriber.engine.engine import EngineSettings
from transcriber.engine.job import Job
from transcriber.engine.reading.decoder_slots import LONG_S, Openings
from transcriber.engine.reading.intake import Intake
from transcriber.schemas import Options, Priority

SPEECH = SpeechModel()


def file(priority: Priority = "interactive", *, long: bool = False) -> Intake:
    job = Job(Path(), Options(priority=priority), LONG_S + 1 if long else 1.0, "fake")
    return Intake(job, FakeBackend(), SPEECH, 30.0)


def opened(openings: Openings, files: list[Intake]) -> list[Intake]:
    return [each for one in files for each in openings.begin(one)]


def test_files_wait_in_the_order_they_came() -> None:
    openings, files = Openings(8), [file() for _ in range(12)]
    assert opened(openings, files) == files[:7]
    assert openings.end(files[0]) == [files[7]]
    assert openings.end(files[0]) == [], "closed twice"
    assert openings.end(files[3]) == [files[8]]


def test_a_clip_passes_lectures_that_wait() -> None:
    openings, lectures, clip = Openings(8), [file(long=True) for _ in range(10)], file()
    assert opened(openings, lectures) == lectures[:6]
    assert openings.begin(clip) == [clip]


def test_bulk_leaves_half_and_gets_what_the_others_leave() -> None:
    openings = Openings(8)
    bulk, interactive = [file("bulk") for _ in range(6)], [file() for _ in range(6)]
    assert opened(openings, bulk) == bulk[:4]
    assert opened(openings, interactive) == interactive[:4]
    assert openings.end(bulk[0]) == [interactive[4]], "interactive ones first"
    assert openings.end(interactive[0]) == [interactive[5]]
    assert openings.end(interactive[1]) == [bulk[4]]


def test_interactive_ones_leave_a_place_to_bulk() -> None:
    openings, bulk = Openings(8), file("bulk")
    opened(openings, [file() for _ in range(20)])
    assert openings.begin(bulk) == [bulk]


def test_a_job_that_ended_while_it_waited_is_let_through_to_hear_of_it() -> None:
    openings, files = Openings(2), [file() for _ in range(3)]
    opened(openings, files[:2])
    files[2].job.fail(errors.Cancelled("left"))
    assert openings.begin(files[2]) == [files[2]]


async def test_a_clip_is_read_while_many_lectures_hold_all_the_decoders_they_may(
    audio: Samples, clips: list[Path], tmp_path: Path
) -> None:
    lecture = write_wav(tmp_path / "long.wav", np.tile(audio, 4))
    backend, this = FakeBackend(), psutil.Process()
    before = len(this.children())
    async with running(backend, EngineSettings(window_s=10.0, batch_size=1, open_files=8)) as engine:
        first = await held(engine, backend, clips[0])
        runs = [first] + [submit(engine, lecture, language="en") for _ in range(9)]
        await wait_until(lambda: len(this.children()) - before == 7, what="six lectures are open, one decoder waits")
        featured = backend.featured
        runs.append(submit(engine, clips[1], language="en"))
        await wait_until(lambda: backend.featured > featured, what="the clip is read")
        assert len(this.children()) - before <= 9
        for run in runs[:-2]:
            run.cancel()
        backend.gate.set()
        for run in runs[-2:]:
            await transcript(run)
    assert len(this.children()) == before


async def test_a_file_for_which_no_decoder_can_be_started_is_to_come_back(
    clips: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    async with running(FakeBackend()) as engine:
        await transcript(submit(engine, clips[0]))
        monkeypatch.setattr(decoder_process, "spawn", refuse)
        await transcript(submit(engine, clips[1]))  # by the decoder that was kept ready
        with pytest.raises(errors.Overloaded, match="no decoder can be started now: try again later"):
            await transcript(submit(engine, clips[2]))
