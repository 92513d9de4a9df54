"""All jobs that clients may ask for: those under way, and the results kept, within a time and a memory bound."""

import asyncio
import time
from contextlib import ExitStack

import structlog

from transcriber import errors
from transcriber.http import problems
from transcriber.http.jobs.kept_job import KeptJob
from transcriber.http.jobs.webhooks import Webhooks
from transcriber.metrics.prometheus import Metrics
from transcriber.settings import Settings

log = structlog.get_logger()
MOST_GONE = 10_000  # ids that are remembered, so that a client hears why its result is gone


class Jobs:
    """Lives on the event loop. At the memory bound the oldest results go, never the newest, and no job under way."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.webhooks = Webhooks(settings, metrics)
        self._keep_s = settings.result_seconds
        self._most_bytes = settings.max_result_bytes
        self._metrics = metrics
        self._jobs = dict[str, KeptJob]()  # ended ones in the order of their ends, as they are put in again then
        self._following = dict[str, asyncio.Task[None]]()
        self._gone = dict[str, str]()
        metrics.gauge("jobs_under_way", "Jobs that are not done", lambda: len(self._following))
        metrics.gauge("results_kept", "Jobs that ended and can be asked for", lambda: len(self._ended()))
        metrics.gauge("results_kept_bytes", "Memory of the results that are kept", lambda: self.kept_bytes)

    @property
    def kept_bytes(self) -> int:
        """Memory of the jobs that ended."""
        return sum(job.kept_bytes for job in self._ended())

    def begin(self, job: KeptJob, holds: ExitStack) -> None:
        """Follow a job to its end; `holds` is its place in the service, given back then."""
        self._jobs[job.id] = job
        self._following[job.id] = following = asyncio.create_task(self._follow(job, holds))
        following.add_done_callback(lambda task: self._looked_at(task, job))

    def get(self, job_id: str) -> KeptJob:
        """The job of that id. Raises UnknownJob, or ResultGone with the reason."""
        if job := self._jobs.get(job_id):
            return job
        if why := self._gone.get(job_id):
            raise errors.ResultGone(f"the job's result {why}: send the file again")
        raise errors.UnknownJob(
            f"there is no job {job_id[:40]!r}; results are kept in memory for {self._keep_s:g} s, not over a restart"
        )

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

    async def settled(self) -> None:
        """Wait until each job that failed at a stop has been told so, and its webhook with it."""
        if following := list(self._following.values()):
            await asyncio.wait(following)
        await self.webhooks.close()

    async def _follow(self, job: KeptJob, holds: ExitStack) -> None:
        began = time.monotonic()
        try:
            with holds:
                await job.follow()
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
        asyncio.get_running_loop().call_later(self._keep_s, self._drop, job, f"was kept for {self._keep_s:g} s")
        while self.kept_bytes > self._most_bytes and len(self._ended()) > 1:
            self._metrics.result_dropped()
            self._drop(self._ended()[0], "had to make room for newer ones")
        if job.webhook:
            self.webhooks.tell(job.webhook, job.view())

    def _drop(self, job: KeptJob, why: str) -> None:
        if self._jobs.pop(job.id, None):
            self._gone[job.id] = why
        while len(self._gone) > MOST_GONE:
            self._gone.pop(next(iter(self._gone)))
        if following := self._following.get(job.id):
            following.cancel()

    def _ended(self) -> list[KeptJob]:
        return [job for job in self._jobs.values() if job.ended_at]
