"""All jobs that clients may ask for: those under way, and the results kept, within a time and a memory bound."""

import asyncio
import time
from collections.abc import Awaitable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import structlog

from transcriber import errors
from transcriber.http import problems
from transcriber.http.jobs.kept_job import KeptJob
from transcriber.http.jobs.result_files import JobRecord, ResultFiles
from transcriber.http.jobs.stored_job import StoredJob
from transcriber.http.jobs.webhooks import Webhooks
from transcriber.metrics.prometheus import Metrics
from transcriber.settings import Settings

log = structlog.get_logger()
MOST_GONE = 10_000  # ids that are remembered, so that a client hears why its result is gone

Job = KeptJob | StoredJob
"""One of this process, or one that an earlier process left on disk."""


class Jobs:
    """Lives on the event loop. At the memory bound the oldest results go, never the newest, and no job under way.

    With a RESULT_DIR jobs are written there, too, and `restore` finds them after a restart. Raises ConfigError.
    """

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.webhooks = Webhooks(settings, metrics)
        self._keep_s = settings.result_seconds
        self._most_bytes = settings.max_result_bytes
        self._metrics = metrics
        self._files = ResultFiles(Path(settings.result_dir)) if settings.result_dir else None
        self._jobs = dict[str, Job]()  # ended ones in the order of their ends, as they are put in again then
        self._following = dict[str, asyncio.Task[None]]()
        self._gone = dict[str, str]()
        metrics.gauge("jobs_under_way", "Jobs that are not done", lambda: len(self._following))
        metrics.gauge("results_kept", "Jobs that ended and can be asked for", lambda: len(self._ended()))
        metrics.gauge("results_kept_bytes", "Memory of the results that are kept", lambda: self.kept_bytes)

    @property
    def kept_bytes(self) -> int:
        """Memory of the jobs that ended."""
        return sum(job.kept_bytes for job in self._ended())

    def restore(self) -> None:
        """Take over what earlier processes left; what they did not end has failed. Webhooks not told yet are told."""
        if not self._files:
            return
        for record, packed_bytes in self._files.found():
            job = StoredJob(record, packed_bytes, self._files)
            self._jobs[job.id] = job
            if job.was_cut_off:
                self._files.keep(job.record())
            self._tell(job)
            self._expires(job)
        self._make_room()

    def begin(self, job: KeptJob, holds: ExitStack) -> Awaitable[None]:
        """Follow a job to its end; `holds` is its place in the service, given back then.

        What it returns is there once the job is written down, where it is.
        """
        self._jobs[job.id] = job
        noted = self._keep(job.record())
        self._following[job.id] = following = asyncio.create_task(self._follow(job, holds))
        following.add_done_callback(lambda task: self._looked_at(task, job))
        return noted

    def get(self, job_id: str) -> Job:
        """The job of that id. Raises UnknownJob, or ResultGone with the reason."""
        if job := self._jobs.get(job_id):
            return job
        if why := self._gone.get(job_id):
            raise errors.ResultGone(f"the job's result {why}: send the file again")
        where = "" if self._files else " in memory, not over a restart"
        raise errors.UnknownJob(f"there is no job {job_id[:40]!r}; results are kept for {self._keep_s:g} s{where}")

    def known(self) -> list[str]:
        """The ids of all jobs that can be asked for."""
        return list(self._jobs)

    def forget(self, job_id: str) -> None:
        """Cancel what is under way, drop what is kept. Raises UnknownJob or ResultGone."""
        self._drop(self.get(job_id), "was deleted")

    async def close(self) -> None:
        """No job goes on; webhooks that wait for another try have their last."""
        following = list(self._following.values())
        for each in following:
            each.cancel()
        if following:
            await asyncio.wait(following)
        await self.webhooks.close()

    def release(self) -> None:
        """Let another process have the files."""
        if self._files:
            self._files.close()

    async def settled(self) -> None:
        """Wait until each job that failed at a stop has been told so, and its webhook with it."""
        if following := list(self._following.values()):
            await asyncio.wait(following)
        await self.webhooks.close()

    async def _follow(self, job: KeptJob, holds: ExitStack) -> None:
        began = time.monotonic()
        try:
            with holds:
                await job.follow(self._keep)
        finally:
            self._following.pop(job.id, None)
        self._ended_now(job, time.monotonic() - began)

    def _looked_at(self, task: asyncio.Task[None], job: KeptJob) -> None:
        """A mistake of ours must not leave a client asking for ever."""
        if not task.cancelled() and (error := task.exception()):
            log.error("job.failed", job=job.id[:8], error=repr(error), exc_info=error)
            job.fail(problems.problem(error, job.id))

    def _ended_now(self, job: KeptJob, seconds: float) -> None:
        if job.problem:
            self._metrics.failed(job.problem.type.rpartition(":")[2])
        log.info("job", job=job.id[:8], state=job.state, seconds=round(seconds, 3), duration_s=job.view().duration_s)
        self._jobs[job.id] = self._jobs.pop(job.id)
        self._expires(job)
        self._make_room()
        self._tell(job)

    def _keep(self, record: JobRecord, packed: bytes = b"") -> Awaitable[None]:
        return self._files.keep(record, packed) if self._files else asyncio.sleep(0)

    def _tell(self, job: Job) -> None:
        if not job.webhook:
            return
        try:
            self.webhooks.tell(job.webhook, job.view(), lambda: self._was_told(job.id))
        except errors.BadOption as error:  # of an earlier process, which might call other hosts
            log.warning("webhook.not_told", job=job.id[:8], why=str(error))
            self._was_told(job.id)

    def _was_told(self, job_id: str) -> None:
        if self._files:
            self._files.was_told(job_id)

    def _expires(self, job: Job) -> None:
        """Its time runs from its end, also while no process is there."""
        age_s = (datetime.now(UTC) - job.ended_at).total_seconds() if job.ended_at else 0.0
        why = f"was kept for {self._keep_s:g} s"
        if age_s >= self._keep_s:
            self._drop(job, why)
        else:
            asyncio.get_running_loop().call_later(self._keep_s - age_s, self._drop, job, why)

    def _make_room(self) -> None:
        while self.kept_bytes > self._most_bytes and len(self._ended()) > 1:
            self._metrics.result_dropped()
            self._drop(self._ended()[0], "had to make room for newer ones")

    def _drop(self, job: Job, why: str) -> None:
        if self._jobs.pop(job.id, None):
            self._gone[job.id] = why
            if self._files:
                self._files.drop(job.id)
        while len(self._gone) > MOST_GONE:
            self._gone.pop(next(iter(self._gone)))
        if following := self._following.get(job.id):
            following.cancel()

    def _ended(self) -> list[Job]:
        return [job for job in self._jobs.values() if job.ended_at]
