"""One request's upload together with the run that reads it."""

import time
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager

from transcriber.engine.run import Run
from transcriber.errors import Cancelled, TranscriberError
from transcriber.http import problems, spans
from transcriber.http.upload.uploads import Upload
from transcriber.metrics.prometheus import Metrics
from transcriber.schemas import Done, EngineEvent, Problem, SegmentEvent, Transcript


class UploadRun:
    """One upload and the run that reads it; `close` gives both up, and may be called twice.

    `about` is what the request's line in the log will say of it.
    """

    def __init__(self, upload: Upload, run: Run, metrics: Metrics, about: dict[str, object]) -> None:
        self.upload = upload
        self.run = run
        self._metrics = metrics
        self._about = about
        self._over = False

    async def events(self) -> AsyncGenerator[EngineEvent]:
        """The run's events, counted on the way. Raises TranscriberError."""
        began, first = time.monotonic(), True
        span = spans.tracer.start_span("engine")  # not the current one: who reads the events may change on the way
        try:
            async for event in self.run.events():
                if first and isinstance(event, SegmentEvent):
                    first = False
                    self._metrics.stage("first_segment", time.monotonic() - began)
                    span.add_event("first segment")
                if isinstance(event, Done):
                    self._done(event.transcript, time.monotonic() - began)
                yield event
        finally:
            span.end()

    @contextmanager
    def answered(self) -> Generator[None]:
        """Around what reads as many events as the answer needs: then the rest is not wanted, and nobody left early."""
        try:
            yield
        finally:
            self._over = True
            self.close()

    def failed(self, error: TranscriberError) -> Problem:
        """What is said of an error after the answer has begun."""
        self._over = True
        return problems.noted(error, self.run.request_id, self._about)

    def close(self) -> None:
        """The run is cancelled unless it is done; the file is removed."""
        if not self._over:
            self._over = True
            problems.noted(Cancelled("the client left before the end"), self.run.request_id, self._about)
        self.run.cancel()
        self.upload.close()

    def _done(self, transcript: Transcript, seconds: float) -> None:
        self._over = True
        self._metrics.stage("transcript", seconds)
        self._about.update(
            audio_s=transcript.duration_s, language=transcript.language, segments=len(transcript.segments)
        )
