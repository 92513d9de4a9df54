"""One job: a run without a client that waits, what it has said so far, and in the end its result."""

import asyncio
import secrets
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from datetime import UTC, datetime

from transcriber import errors
from transcriber.http.formats import Parts
from transcriber.http.jobs.result_files import JobRecord
from transcriber.http.upload_run import UploadRun
from transcriber.schemas import Done, EngineEvent, Info, JobState, JobView, Problem, Progress, Transcript

ID_BYTES = 16  # an id is a secret: whoever knows it, and the key, may read the result
FAST = 1  # zlib's level: transcripts with words shrink to a seventh
OVERHEAD_BYTES = 1024  # of a job without its result

Keep = Callable[[JobRecord, bytes], Awaitable[None]]
"""Writes a job down with its packed transcript, before anybody hears that it has ended."""


class KeptJob:
    """Made when the upload is in; `follow` reads the run to its end. Everything happens on the event loop.

    `parts` are what the client wants of the JSON result; `webhook` is the address that is told of the end.
    """

    def __init__(self, upload_run: UploadRun, parts: Parts, webhook: str | None = None) -> None:
        self.id = secrets.token_urlsafe(ID_BYTES)
        self.parts = parts
        self.webhook = webhook
        self.created_at = datetime.now(UTC)
        self.ended_at: datetime | None = None
        self.problem: Problem | None = None
        self._upload_run = upload_run
        self._run = upload_run.run
        self._events: list[EngineEvent] = []
        self._info: Info | None = None
        self._progress = Progress(transcribed_s=0, duration_s=None)
        self._packed = b""
        self._more = asyncio.Event()

    @property
    def state(self) -> JobState:
        """How far it is."""
        return self._state(self.ended_at)

    @property
    def kept_bytes(self) -> int:
        """The memory that it takes once it has ended."""
        return OVERHEAD_BYTES + len(self._packed)

    @property
    def eta_s(self) -> float:
        """Seconds until it is done, as of now."""
        return 0.0 if self.ended_at else self._run.outlook().eta_s

    def view(self) -> JobView:
        """What its client is told, but for the result."""
        return self._view(self.ended_at)

    def record(self) -> JobRecord:
        """What is written down of it while it is under way."""
        return JobRecord(view=self.view(), words=self.parts.words, webhook=self.webhook)

    def _state(self, ended_at: datetime | None) -> JobState:
        if ended_at:
            return "failed" if self.problem else "done"
        return "running" if self._events else "waiting"

    def _view(self, ended_at: datetime | None) -> JobView:
        info, outlook = self._info, None if ended_at else self._run.outlook()
        return JobView(
            id=self.id,
            state=self._state(ended_at),
            created_at=self.created_at,
            ended_at=ended_at,
            transcribed_s=self._progress.transcribed_s,
            duration_s=self._progress.duration_s if self._progress.transcribed_s else info and info.duration_s,
            language=info.language if info else None,
            eta_s=outlook.eta_s if outlook else None,
            ahead=outlook.ahead if outlook else None,
            problem=self.problem,
        )

    def transcript(self) -> Transcript:
        """The result as the engine made it; takes a second for a day of words. Only for a job that is done."""
        return unpacked(self._packed)

    async def follow(self, keep: Keep) -> None:
        """Read the run to its end, which is the job's. A cancel leaves it without one: nobody will ask."""
        try:
            async with aclosing(self._upload_run.events()) as events:
                async for event in events:
                    self._add(event)
                    if isinstance(event, Done):
                        self._packed = await asyncio.to_thread(_packed, event.transcript)
                        self._progress = Progress(
                            transcribed_s=event.transcript.duration_s, duration_s=event.transcript.duration_s
                        )
        except errors.TranscriberError as error:
            self.problem = self._upload_run.failed(error)
        finally:
            self._upload_run.close()
        ended_at = datetime.now(UTC)
        await keep(JobRecord(view=self._view(ended_at), words=self.parts.words, webhook=self.webhook), self._packed)
        self._end(ended_at)

    def fail(self, problem: Problem) -> None:
        """The end for a reason that the run does not know."""
        self.problem = problem
        self._end(datetime.now(UTC))

    async def events(self) -> AsyncGenerator[EngineEvent]:
        """All it has said and will say, for one of any number of readers; of a job that is done only the end.

        It ends without Done where the job failed: then `problem` is there.
        """
        if self.state == "done":
            yield Done(transcript=await asyncio.to_thread(self.transcript))
            return
        events, at = self._events, 0
        while True:
            more = self._more
            for event in events[at:]:
                yield event
                at += 1
            if self.ended_at and at == len(events):
                return
            if at == len(events):
                await more.wait()

    def _end(self, ended_at: datetime) -> None:
        self.ended_at = ended_at
        self._events = []  # whoever reads has the list, whoever comes gets the transcript
        self._tell()

    def _add(self, event: EngineEvent) -> None:
        if isinstance(event, Info):
            self._info = event
        if isinstance(event, Progress):
            self._progress = event
        self._events.append(event)
        self._tell()

    def _tell(self) -> None:
        self._more.set()
        self._more = asyncio.Event()


def unpacked(packed: bytes) -> Transcript:
    """A packed transcript. Raises ValueError or zlib.error where it is none."""
    return Transcript.model_validate_json(zlib.decompress(packed))


def _packed(transcript: Transcript) -> bytes:
    return zlib.compress(transcript.model_dump_json().encode(), FAST)
