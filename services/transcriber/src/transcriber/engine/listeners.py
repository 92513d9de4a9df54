"""Who waits for which job: the handles that clients hold, and what happens when one lets go."""

from collections.abc import Callable
from pathlib import Path

from transcriber.engine.admission import Admission
from transcriber.engine.job import Job
from transcriber.engine.run import Outlook, Run
from transcriber.engine.scheduling.backlog import Backlog
from transcriber.schemas import Options


class Listeners:
    """Makes runs of jobs; `on_left` is called when a job lost its last one before its end."""

    def __init__(self, backlog: Backlog, admission: Admission, on_left: Callable[[], None]) -> None:
        self._backlog = backlog
        self._admission = admission
        self._on_left = on_left

    def attach(self, job: Job, path: Path, options: Options, request_id: str) -> Run:
        """One more listener of a job that is there; `path` is another upload of the same content."""
        job.paths.append(path)
        return self.listen(job, options, request_id, self._admission.predicted_s(job.left_s))

    def listen(self, job: Job, options: Options, request_id: str, eta_s: float) -> Run:
        """One more listener, who is told `eta_s` seconds."""
        run = job.listen(request_id, round(eta_s, 1), lambda run: self._leave(job, run), options.priority == "bulk")
        run.on_yield, run.outlook = lambda: self._backlog.weigh(job), lambda: self._outlook(job)
        return run

    def _leave(self, job: Job, run: Run) -> None:
        if self._backlog.leave(job, run):
            self._on_left()

    def _outlook(self, job: Job) -> Outlook:
        others_s, ahead = self._backlog.beside(job)
        return Outlook(round(self._admission.eta_s(job.left_s, others_s), 1), ahead)
