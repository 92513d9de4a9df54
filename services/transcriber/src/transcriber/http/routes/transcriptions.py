"""POST /transcribe, and what it shares with the OpenAI-shaped routes: request to run, run to answer."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, aclosing
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from transcriber import errors
from transcriber.audio.durations import claimed_s
from transcriber.engine.engine import Engine
from transcriber.http import formats
from transcriber.http.auth import require_key
from transcriber.http.routes import openapi
from transcriber.http.service import Service
from transcriber.http.streaming import HEARTBEAT_S, StreamingAnswer, with_heartbeat
from transcriber.http.upload import options, uploads
from transcriber.http.upload.uploads import Upload
from transcriber.http.upload_run import UploadRun
from transcriber.schemas import Accepted, Done, EngineEvent, Failed, Format, Options, Progress, Transcript

router = APIRouter(tags=["transcription"])
DOWNLOADS = ("srt", "vtt", "tsv")


def service_of(request: Request) -> Service:
    """What the routes work with."""
    return request.app.state.service


async def slot(request: Request) -> AsyncIterator[Engine]:
    """The engine and one of the request slots, until the answer is sent. Raises NotReady, Draining or Overloaded."""
    with service_of(request).slot() as engine:
        yield engine


OpenEngine = Annotated[Engine, Depends(slot)]


@router.post(
    "/transcribe", dependencies=[Depends(require_key)], response_model=Transcript, **openapi.transcribe_route()
)
async def transcribe(request: Request, engine: OpenEngine) -> Response:
    """Transcribe one file, sent as the form field `file` or as the raw body (then options are query parameters)."""
    upload = await received(request)
    with ExitStack() as stack:
        stack.enter_context(upload)
        output_format = options.output_format(upload)
        upload_run = begun(request, engine, upload, options.options(upload, times=output_format != "text"))
        stack.pop_all()
    if output_format == "ndjson":
        return StreamingAnswer(
            ndjson(upload_run, HEARTBEAT_S), upload_run, formats.MEDIA_TYPES[output_format], eta(upload_run)
        )
    return answer(await finished(request, upload_run), output_format)


async def received(request: Request) -> Upload:
    """The request's upload, counted. Raises what `uploads.receive` raises, and Draining when a stop waits no more."""
    service, began = service_of(request), time.monotonic()
    try:
        async with service.slots.body():
            upload = await uploads.receive(request, service.spool, service.limits)
    except errors.Cancelled:
        service.metrics.cancelled()
        raise
    service.metrics.uploaded(upload.bytes, time.monotonic() - began)
    return upload


def begun(request: Request, engine: Engine, upload: Upload, wanted: Options) -> UploadRun:
    """Queue an upload. Raises Overloaded, Draining, NotReady or BadOption."""
    service, request_id = service_of(request), str(request.state.request_id)
    seconds = min(claimed_s(upload.path) or 0, service.settings.max_audio_seconds) or None
    run = engine.submit(upload.path, wanted, request_id=request_id, audio_s_hint=seconds, content_sha256=upload.sha256)
    return UploadRun(upload, run, service.metrics, request.state.about)


def eta(upload_run: UploadRun) -> dict[str, str]:
    """A header for answers that begin before their end: only there it comes in time."""
    return {"X-Eta-Seconds": str(upload_run.run.eta_s)}


def answer(transcript: Transcript, output_format: Format) -> Response:
    """A transcript in any format but ndjson; what people save comes with a file name."""
    named = {"Content-Disposition": f'attachment; filename="transcript.{output_format}"'}
    headers = named if output_format in DOWNLOADS else None
    return Response(
        formats.render(transcript, output_format), headers=headers, media_type=formats.MEDIA_TYPES[output_format]
    )


async def finished(request: Request, upload_run: UploadRun) -> Transcript:
    """The whole transcript. Raises what the run raises, and Cancelled when the client leaves first."""
    watching = asyncio.create_task(_cancel_when_gone(request, upload_run))
    try:
        async with aclosing(upload_run.events()) as events:
            async for event in events:
                if isinstance(event, Done):
                    return event.transcript
    finally:
        watching.cancel()
        upload_run.close()
    raise errors.ModelError("the run ended without a transcript")


async def ndjson(upload_run: UploadRun, heartbeat_s: float) -> AsyncIterator[str]:
    """One event a line, as they come; in a silence the last progress again; the last one is done or error."""
    yield line(Accepted(request_id=upload_run.run.request_id, eta_s=upload_run.run.eta_s))
    progress = Progress(transcribed_s=0, duration_s=None)
    try:
        async for event in with_heartbeat(upload_run.events(), heartbeat_s):
            progress = event if isinstance(event, Progress) else progress
            yield line(event or progress)
    except errors.TranscriberError as error:
        yield line(Failed(problem=upload_run.failed(error)))


def line(event: Accepted | EngineEvent | Failed) -> str:
    """An event as a line of ndjson."""
    return event.model_dump_json() + "\n"


async def _cancel_when_gone(request: Request, upload_run: UploadRun) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    upload_run.run.cancel()
