"""Answers that are written while the model works: lines or server-sent events, with a sign of life in silences."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import TypeVar

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from transcriber.engine.run import Run
from transcriber.errors import Cancelled, TranscriberError
from transcriber.http import problems
from transcriber.http.upload.uploads import Upload
from transcriber.metrics.prometheus import Metrics
from transcriber.schemas import Done, EngineEvent, Problem, SegmentEvent, Transcript

HEARTBEAT_S = 10.0  # proxies cut connections that are silent for 60 s or more

T = TypeVar("T")


class Work:
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
        async for event in self.run.events():
            if first and isinstance(event, SegmentEvent):
                first = False
                self._metrics.stage("first_segment", time.monotonic() - began)
            if isinstance(event, Done):
                self._done(event.transcript, time.monotonic() - began)
            yield event

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


class Live(StreamingResponse):
    """Frees the work however the answer ends: complete, client gone, or never begun."""

    def __init__(self, lines: AsyncIterator[str], work: Work, media_type: str, headers: Mapping[str, str]) -> None:
        # Proxies must pass lines on at once: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
        quick = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(lines, headers={**quick, **headers}, media_type=media_type)
        self._work = work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._work.close()


async def with_heartbeat(events: AsyncIterator[T], every_s: float) -> AsyncIterator[T | None]:
    """The events, and None whenever `every_s` seconds passed without one."""
    following = asyncio.ensure_future(anext(events))
    try:
        while True:
            await asyncio.wait({following}, timeout=every_s)
            if not following.done():
                yield None
                continue
            try:
                yield following.result()
            except StopAsyncIteration:
                return
            following = asyncio.ensure_future(anext(events))
    finally:
        following.cancel()
        await asyncio.wait({following})


async def opened(events: AsyncIterator[T], wait_s: float) -> AsyncIterator[T]:
    """The same events, once the first is there or `wait_s` have passed. Raises what it raises, if that comes first."""
    first = asyncio.ensure_future(anext(events))
    first.add_done_callback(lambda task: task.cancelled() or task.exception())  # looked at here, if nowhere else
    try:
        await asyncio.wait({first}, timeout=wait_s)
    except asyncio.CancelledError:
        first.cancel()
        raise
    if first.done():
        first.result()
    return _resumed(first, events)


async def _resumed(first: "asyncio.Future[T]", events: AsyncIterator[T]) -> AsyncIterator[T]:
    yield await first
    async for event in events:
        yield event
