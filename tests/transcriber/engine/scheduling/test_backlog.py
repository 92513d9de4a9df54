"""What waits behind the engine's lock: nothing of a job that ended is held, and reading pauses within bounds."""

import gc
import weakref
from pathlib import Path

import numpy as np

from tests.support.transcriber.fakes import FakeBackend
from transcriber import errors
from transcriber.audio.vad import SpeechModel
from transcriber.audio.windows import Window
from transcriber.engine.job import Job
from transcriber.engine.reading.intake import Intake
from transcriber.engine.run import Run
from transcriber.engine.scheduling.backlog import READY_A_JOB, READY_IN_ALL, Backlog
from transcriber.engine.scheduling.rows import Row
from transcriber.engine.settings import EngineSettings
from transcriber.schemas import Options

SIZE = 4
SPEECH = SpeechModel()


class Desk:
    """A backlog whose readers do nothing by themselves: `asked` are the files whose next block it wanted."""

    def __init__(self) -> None:
        self.asked: list[Intake] = []
        self.backend = FakeBackend()
        self.backlog = Backlog(self.backend, SIZE, 1, 16, self.asked.append)

    def begin(self, key: str | None = None) -> Intake:
        def new(_: list[float]) -> tuple[Run, Intake]:
            job = Job(Path(), Options(language="en"), 10.0, "fake")
            run = job.listen("1", 0.0, lambda _: None)
            return run, Intake(job, self.backend, SPEECH, EngineSettings())

        self.backlog.join_or_begin(key, lambda job: job.listen("2", 0.0, lambda _: None), new)
        return self.asked.pop()

    def read(self, intake: Intake, rows: int) -> bool:
        """A block became so many rows; whether reading goes on at once."""
        made = [Row(intake.job, Window(n, 30.0, ()), np.zeros((1, 2), np.float32)) for n in range(rows)]
        self.backlog.was_read(intake, made, last=False)
        return bool(self.asked) and self.asked.pop() is intake


async def test_a_job_that_ends_while_its_file_waits_to_be_read_is_let_go() -> None:
    desk = Desk()
    intake = desk.begin()
    desk.backlog.end(intake.job, errors.Cancelled("the client left"))
    gone = weakref.ref(intake)
    del intake
    gc.collect()
    assert gone() is None, "a file that is thought to be on its way would hold every small batch back"


async def test_a_files_reading_pauses_at_two_batches_of_ready_rows() -> None:
    desk = Desk()
    assert desk.read(desk.begin(), READY_A_JOB * SIZE - 1)
    assert not desk.read(desk.begin(), READY_A_JOB * SIZE)


async def test_all_files_together_pause_at_eight_batches_of_ready_rows() -> None:
    desk = Desk()
    going_on = [desk.read(desk.begin(), SIZE) for _ in range(READY_IN_ALL)]
    assert going_on == [True] * (READY_IN_ALL - 1) + [False]


async def test_reading_goes_on_when_a_batch_has_made_room() -> None:
    desk = Desk()
    intake = desk.begin()
    assert not desk.read(intake, READY_A_JOB * SIZE)
    assert len(desk.backlog.next_batch()) == SIZE
    assert desk.asked == [intake]
