"""All that waits, behind one lock: live jobs, ready rows, files whose reading is paused."""

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from transcriber import errors
from transcriber.engine.dedupe import Dedupe
from transcriber.engine.job import Job
from transcriber.engine.reading.intake import Intake
from transcriber.engine.recognizer import Recognized
from transcriber.engine.run import Run
from transcriber.engine.scheduling.rows import Row
from transcriber.engine.scheduling.scheduler import Schedule
from transcriber.model.backend import Backend
from transcriber.text.segmenter import Heard

READY_A_JOB = 2  # batches of ready rows at which a file's reading pauses
READY_IN_ALL = 8  # the same for all files together


class Backlog:
    """The meeting point of readers, model threads and the event loop. Every method takes the lock by itself.

    What it calls under the lock (`go_on`, `join`, `begin`) must only queue or note something. The lock is taken before
    a `Job`'s own or `Admission`'s, never after them.
    """

    def __init__(
        self, backend: Backend, batch_size: int, models: int, finished: int, go_on: Callable[[Intake], None]
    ) -> None:
        self.stopped = False
        self._changed = threading.Condition(threading.RLock())
        self._schedule = Schedule[Job](batch_size, time.monotonic, models)
        self._backend = backend
        self._go_on = go_on
        self._jobs: set[Job] = set()
        self._reading: set[Intake] = set()
        self._paused: deque[Intake] = deque()
        self._dedupe = Dedupe(finished)

    # --- jobs -----------------------------------------------------------------------------------------------------

    def join_or_begin(
        self,
        key: Hashable | None,
        join: Callable[[Job], Run],
        begin: Callable[[list[float]], tuple[Run, Intake]],
    ) -> Run:
        """Listen to the job that does, or just did, the work `key`; else begin one, whose file is to be read.

        `begin` is given the seconds of audio that each live job has left. What it raises is raised here; then nothing
        has begun.
        """
        with self._changed:
            if job := self._dedupe.find(key):
                return join(job)
            run, intake = begin(self.left_s())
            self._jobs.add(intake.job)
            self._dedupe.add(key, intake.job)
            self._reading.add(intake)
            self._go_on(intake)
            return run

    def left_s(self) -> list[float]:
        """Seconds of audio left to do, of each live job."""
        with self._changed:
            return [job.left_s for job in self._jobs]

    def beside(self, job: Job) -> tuple[list[float], int]:
        """The seconds of audio that each other live job has left, and how many of these came before it."""
        with self._changed:
            others = [other for other in self._jobs if other is not job]
            return [other.left_s for other in others], sum(other.began_at < job.began_at for other in others)

    def weigh(self, job: Job) -> None:
        """A listener lets others go first."""
        with self._changed:
            job.weigh()

    def leave(self, job: Job, run: Run) -> bool:
        """One listener waits no more; whether that was the last one, and the job is given up."""
        with self._changed:
            return job.leave(run) and self.end(job, errors.Cancelled("the client left"))

    def end(self, job: Job, error: errors.TranscriberError) -> bool:
        """A job fails or is given up; False if it had ended before."""
        with self._changed:
            ended = job.fail(error)
            if ended:
                self.forget(job)
            return ended

    def forget(self, job: Job, *, well: bool = False) -> None:
        """An ended job leaves everything that waits, and whoever waits for that hears of it."""
        with self._changed:
            self._jobs.discard(job)
            self._dedupe.ended(job, well=well)
            self._schedule.drop(job)
            self._reading = {intake for intake in self._reading if intake.job is not job}
            for intake in [paused for paused in self._paused if paused.job is job]:
                self._paused.remove(intake)
                self._go_on(intake)  # a reader closes it: ending a decoder takes time, and everybody waits for the lock
            self._resume()
            self._changed.notify_all()

    def end_all(self, error: errors.TranscriberError) -> int:
        """Every job fails; how many did."""
        with self._changed:
            return sum(self.end(job, error) for job in list(self._jobs))

    def end_older(self, than: float, error: errors.TranscriberError) -> None:
        """Every job that began before `than` (seconds of the monotonic clock) fails."""
        with self._changed:
            for job in [job for job in self._jobs if job.began_at < than]:
                self.end(job, error)

    def wait_until_idle(self, timeout_s: float) -> None:
        """Block until no job is left, or the time is up."""
        with self._changed:
            self._changed.wait_for(lambda: not self._jobs or self.stopped, timeout_s)

    def stop(self) -> None:
        """Wake all that wait, for good."""
        with self._changed:
            self.stopped = True
            self._changed.notify_all()

    # --- reading --------------------------------------------------------------------------------------------------

    def was_read(self, intake: Intake, rows: list[Row[Job]], *, last: bool) -> bool:
        """A file's next block became these rows; its reading pauses until there is room for more.

        False if nobody wants it any more: then the caller closes it.
        """
        with self._changed:
            self._reading.discard(intake)
            if intake.job.ended:
                return False
            for row in rows:
                self._add(intake.job.admit(row))
            if not last:
                self._paused.append(intake)
            self._resume()
            self._changed.notify_all()
            return True

    def was_not_read(self, intake: Intake) -> None:
        """Reading a file came to its end otherwise."""
        with self._changed:
            self._reading.discard(intake)

    def _resume(self) -> None:
        """Let files read on whose rows, and everybody's, are within bounds."""
        size = self._schedule.batch_size
        for _ in range(len(self._paused)):
            intake = self._paused.popleft()
            ready = self._schedule.waiting(intake.job) + intake.job.held
            if ready < READY_A_JOB * size and len(self._schedule) < READY_IN_ALL * size and not self.stopped:
                self._reading.add(intake)
                self._go_on(intake)
            else:
                self._paused.append(intake)

    # --- batches --------------------------------------------------------------------------------------------------

    @property
    def batch_size(self) -> int:
        """Rows of a full batch, as the device's memory allows."""
        with self._changed:
            return self._schedule.batch_size

    def next_batch(self) -> list[Row[Job]]:
        """Wait for rows and take a batch; an empty one says that the engine has stopped."""
        with self._changed:
            while not self.stopped:
                if not len(self._schedule):
                    self._changed.wait()
                elif delay_s := self._schedule.batching_delay_s(on_their_way=bool(self._reading)):
                    self._changed.wait(delay_s)
                elif rows := self._schedule.take():
                    self._resume()
                    return rows
            return []

    def was_recognized(self, results: Sequence[Recognized[Job]]) -> list[tuple[Job, Heard]]:
        """A batch went well; the final windows of jobs that still run.

        The others go to the model again, and so do the rows that waited for a language or a text that is known now.
        """
        with self._changed:
            self._schedule.fitted(len(results))
            live = [result for result in results if not result.row.owner.ended]
            final = [heard for result in live for heard in self._final_in(result)]
            self._changed.notify_all()
            return final

    def did_not_fit(self, rows: Sequence[Row[Any]]) -> None:
        """So many rows of their kind are too much for the device's memory: batches are smaller from now on."""
        with self._changed:
            self._schedule.shrink(rows)

    def add(self, *rows: Row[Job]) -> None:
        """Rows are ready for the model."""
        with self._changed:
            self._add(rows)
            self._changed.notify_all()

    def _final_in(self, result: Recognized[Job]) -> list[tuple[Job, Heard]]:
        row, job = result.row, result.row.owner
        if row.window.index == 0 and row.language:
            self._add(job.detected(row.language, row.language_probability))
        self._add(result.parts if result.heard else [row])
        heard = _looked(result)
        if not heard:
            return []
        self._add(job.became_final(heard))
        return [(job, heard)]

    def _add(self, rows: Iterable[Row[Job]]) -> None:
        for row in rows:
            if row.owner.ended:
                continue
            row.prompt_length = len(self._backend.prompt(row.language or "en", row.asked))
            self._schedule.add(row)


def _looked(result: Recognized[Job]) -> Heard | None:
    """The window that a row is, or is a stretch of, once nothing of it is to be heard again."""
    heard, part, further = result.heard, result.row.part, len(result.parts)
    if heard is None:
        return None
    if part is not None:
        return part.look.add(part.stretch, heard, further)
    if further and (first := result.parts[0].part):
        first.look.begin(heard, further)
    return None if further else heard
