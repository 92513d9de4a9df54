"""A job of an earlier process, as its file has it: the result is read from the disk whenever it is asked for."""

import asyncio
import zlib
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

from transcriber import errors
from transcriber.http import problems
from transcriber.http.formats import Parts
from transcriber.http.jobs.kept_job import OVERHEAD_BYTES, unpacked
from transcriber.http.jobs.result_files import JobRecord, ResultFiles
from transcriber.schemas import Done, EngineEvent, JobView, Transcript

CUT_OFF = "the service restarted before the job was done: post the file again"


class StoredJob:
    """To whoever asks the same as a KeptJob that has ended. One that was under way has failed, now."""

    def __init__(self, record: JobRecord, packed_bytes: int, files: ResultFiles) -> None:
        view = record.view
        self.was_cut_off = view.ended_at is None
        if self.was_cut_off:
            problem = problems.problem(errors.CutOff(CUT_OFF), view.id)
            end = {"state": "failed", "ended_at": datetime.now(UTC), "eta_s": None, "ahead": None, "problem": problem}
            view = view.model_copy(update=end)
        self.id = view.id
        self.parts = Parts(record.words, None)
        self.webhook = record.webhook
        self.ended_at = view.ended_at
        self.problem = view.problem
        self.state = view.state
        self.eta_s = 0.0
        self.kept_bytes = OVERHEAD_BYTES + packed_bytes
        self._view = view
        self._files = files

    def view(self) -> JobView:
        """What its client is told, but for the result."""
        return self._view

    def record(self) -> JobRecord:
        """What its file should say."""
        return JobRecord(view=self._view, words=self.parts.words, webhook=self.webhook)

    def transcript(self) -> Transcript:
        """The result, from its file. Raises ResultGone where that can no longer be read."""
        try:
            return unpacked(self._files.packed(self.id))
        except (OSError, ValueError, zlib.error) as error:
            raise errors.ResultGone(
                f"the job's result cannot be read ({type(error).__name__}): send the file again"
            ) from error

    async def events(self) -> AsyncGenerator[EngineEvent]:
        """Its end alone; nothing where it failed."""
        if not self.problem:
            yield Done(transcript=await asyncio.to_thread(self.transcript))
