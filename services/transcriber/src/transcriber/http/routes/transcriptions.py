"""POST /transcribe: one file in, a transcript out in any format, or as a stream of events."""

from collections.abc import AsyncIterator
from contextlib import ExitStack

from fastapi import APIRouter, Depends, Request, Response

from transcriber import errors
from transcriber.http import formats
from transcriber.http.auth import require_key
from transcriber.http.routes import openapi
from transcriber.http.routes.transcribing import OpenEngine, begun, check_model, eta, finished, received, service_of
from transcriber.http.streaming import HEARTBEAT_S, StreamingAnswer, with_heartbeat
from transcriber.http.upload import options
from transcriber.http.upload_run import UploadRun
from transcriber.schemas import Accepted, EngineEvent, Failed, Format, Progress, Transcript

router = APIRouter(tags=["transcription"])
FIELDS = (*options.NAMES, "format", "model")
DOWNLOADS = ("srt", "vtt", "tsv")


@router.post(
    "/transcribe", dependencies=[Depends(require_key)], response_model=Transcript, **openapi.transcribe_route()
)
async def transcribe(request: Request, engine: OpenEngine) -> Response:
    """Transcribe one file, sent as the form field `file` or as the raw body (then options are query parameters)."""
    upload = await received(request, FIELDS)
    with ExitStack() as stack:
        stack.enter_context(upload)
        check_model(upload.value("model"), service_of(request))
        output_format = options.output_format(upload)
        upload_run = begun(request, engine, upload, options.options(upload, times=output_format != "text"))
        stack.pop_all()
    if output_format == "ndjson":
        lines = ndjson(upload_run, HEARTBEAT_S)
        return StreamingAnswer(lines, upload_run, formats.MEDIA_TYPES[output_format], eta(upload_run))
    return response(await finished(request, upload_run), output_format)


def response(transcript: Transcript, output_format: Format) -> Response:
    """A transcript in any format but ndjson; what people save comes with a file name."""
    named = {"Content-Disposition": f'attachment; filename="transcript.{output_format}"'}
    headers = named if output_format in DOWNLOADS else None
    body = formats.render(transcript, output_format)
    return Response(body, headers=headers, media_type=formats.MEDIA_TYPES[output_format])


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
