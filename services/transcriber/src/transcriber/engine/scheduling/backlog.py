"""All that waits, behind one lock: live jobs, ready rows, files whose reading is paused."""

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from typing import cast

from transcriber import errors
from transcriber.engine.dedupe import Dedupe
from transcriber.engine.job import Job
from transcriber.engine.reading.intake import Intake
from transcriber.engine.scheduling.rows import Row
from transcriber.engine.scheduling.scheduler import Schedule
from transcriber.model.backend import Backend

READY_A_JOB = 2  # batches of ready rows at which a file's reading pauses
READY_IN_ALL = 8  # the same for all files together


class Backlog:
    """The meeting point of readers, model threads and the event loop. Every method takes the lock by itself."""

    def __init__(
        self, backend: Backend, batch_size: int, models: int, finished: int, go_on: Callable[[Intake], None]
    ) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.schedule = Schedule(batch_size, time.monotonic, models)
        self.stopped = False
        self._backend = backend
        self._go_on = go_on
        self._jobs: set[Job] = set()
        self._reading: set[Intake] = set()
        self._paused: deque[Intake] = deque()
        self._dedupe = Dedupe(finished)

    # --- jobs -----------------------------------------------------------------------------------------------------

    def find(self, key: Hashable | None) -> Job | None:
        """The job that does this work already; hold `changed` until its listener is in."""
        return self._dedupe.find(key)

    def left_s(self) -> list[float]:
        """Seconds of audio left to do, of each live job."""
        with self.changed:
            return [job.left_s for job in self._jobs]

    def begin(self, key: Hashable | None, job: Job, intake: Intake) -> None:
        """A new job, whose file is to be read."""
        with self.changed:
            self._jobs.add(job)
            self._dedupe.add(key, job)
            self._reading.add(intake)
            self._go_on(intake)

    def end(self, job: Job, error: errors.TranscriberError) -> bool:
        """A job fails or is given up; False if it had ended before."""
        with self.changed:
            ended = job.fail(error)
            if ended:
                self.forget(job)
            return ended

    def forget(self, job: Job, *, well: bool = False) -> None:
        """An ended job leaves everything that waits, and whoever waits for that hears of it."""
        with self.changed:
            self._jobs.discard(job)
            self._dedupe.ended(job, well=well)
            self.schedule.drop(job)
            self._reading = {intake for intake in self._reading if intake.job is not job}
            for intake in [paused for paused in self._paused if paused.job is job]:
                self._paused.remove(intake)
                self._go_on(intake)  # a reader closes it: ending a decoder takes time, and everybody waits for the lock
            self._resume()
            self.changed.notify_all()

    def end_all(self, error: errors.TranscriberError) -> int:
        """Every job fails; how many did."""
        with self.changed:
            return sum(self.end(job, error) for job in list(self._jobs))

    def end_older(self, than: float, error: errors.TranscriberError) -> None:
        """Every job that began before `than` (seconds of the monotonic clock) fails."""
        with self.changed:
            for job in [job for job in self._jobs if job.began_at < than]:
                self.end(job, error)

    def wait_until_idle(self, timeout_s: float) -> None:
        """Block until no job is left, or the time is up."""
        with self.changed:
            self.changed.wait_for(lambda: not self._jobs or self.stopped, timeout_s)

    def stop(self) -> None:
        """Wake all that wait, for good."""
        with self.changed:
            self.stopped = True
            self.changed.notify_all()

    # --- reading --------------------------------------------------------------------------------------------------

    def was_read(self, intake: Intake, rows: list[Row], *, last: bool) -> bool:
        """A file's next block became these rows; its reading pauses until there is room for more.

        False if nobody wants it any more: then the caller closes it.
        """
        with self.changed:
            self._reading.discard(intake)
            if intake.job.ended:
                return False
            for row in rows:
                self.add(*intake.job.admit(row))
            if not last:
                self._paused.append(intake)
            self._resume()
            self.changed.notify_all()
            return True

    def was_not_read(self, intake: Intake) -> None:
        """Reading a file came to its end otherwise."""
        with self.changed:
            self._reading.discard(intake)

    def _resume(self) -> None:
        """Let files read on whose rows, and everybody's, are within bounds."""
        size = self.schedule.batch_size
        for _ in range(len(self._paused)):
            intake = self._paused.popleft()
            ready = self.schedule.waiting(intake.job) + intake.job.held
            if ready < READY_A_JOB * size and len(self.schedule) < READY_IN_ALL * size and not self.stopped:
                self._reading.add(intake)
                self._go_on(intake)
            else:
                self._paused.append(intake)

    # --- rows -----------------------------------------------------------------------------------------------------

    def add(self, *rows: Row) -> None:
        """Rows are ready for the model."""
        with self.changed:
            for row in rows:
                if cast("Job", row.owner).ended:
                    continue
                row.prompt_length = len(self._backend.prompt(row.language or "en", row.ask))
                self.schedule.add(row)
            self.changed.notify_all()

    def next_batch(self) -> list[Row]:
        """Wait for rows and take a batch; an empty one says that the engine has stopped."""
        with self.changed:
            while not self.stopped:
                if not len(self.schedule):
                    self.changed.wait()
                elif wait := self.schedule.company_wait_s(on_their_way=bool(self._reading)):
                    self.changed.wait(wait)
                elif rows := self.schedule.take():
                    self._resume()
                    return rows
            return []
