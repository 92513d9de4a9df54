"""POST /transcribe: one file in, a transcript out in any format, or as a stream of events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack

from fastapi import APIRouter, Depends, Request, Response

from transcriber import errors
from transcriber.http import formats
from transcriber.http.auth import require_key
from transcriber.http.formats import Parts
from transcriber.http.routes import openapi
from transcriber.http.routes.transcribing import OpenEngine, begun, check_model, eta, finished, received, service_of
from transcriber.http.streaming import HEARTBEAT_S, StreamingAnswer, with_heartbeat
from transcriber.http.upload import options
from transcriber.http.upload_run import UploadRun
from transcriber.schemas import Accepted, CueLayout, Done, EngineEvent, Failed, Format, Progress, Transcript

router = APIRouter(tags=["transcription"])
FIELDS = (*options.NAMES, *options.LAYOUT, "cues", "format", "model")
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
        output_format, layout = options.output_format(upload), options.cue_layout(upload)
        cues = options.flag("cues", upload.value("cues") or "false")
        wanted = options.options(upload, times=output_format != "text")
        parts = Parts(wanted.word_timestamps, layout if cues else None)
        if cues or output_format in formats.OF_CUES:
            wanted = wanted.model_copy(update={"word_timestamps": True})
        upload_run = begun(request, engine, upload, wanted)
        stack.pop_all()
    if output_format == "ndjson":
        lines = ndjson(upload_run, parts, HEARTBEAT_S)
        return StreamingAnswer(lines, upload_run.close, formats.MEDIA_TYPES[output_format], eta(upload_run))
    transcript = await finished(request, upload_run)
    return await asyncio.to_thread(response, transcript, output_format, layout, parts)


def response(transcript: Transcript, output_format: Format, layout: CueLayout, parts: Parts) -> Response:
    """A transcript in any format but ndjson; what people save comes with a file name."""
    named = {"Content-Disposition": f'attachment; filename="transcript.{output_format}"'}
    headers = named if output_format in DOWNLOADS else None
    shown = parts.transcript(transcript) if output_format == "json" else transcript
    body = formats.render(shown, output_format, layout)
    return Response(body, headers=headers, media_type=formats.MEDIA_TYPES[output_format])


async def ndjson(upload_run: UploadRun, parts: Parts, heartbeat_s: float) -> AsyncIterator[str]:
    """One event a line, as they come; in a silence the last progress again; the last one is done or error."""
    yield line(Accepted(request_id=upload_run.run.request_id, eta_s=upload_run.run.eta_s))
    progress = Progress(transcribed_s=0, duration_s=None)
    try:
        async for event in with_heartbeat(upload_run.events(), heartbeat_s):
            progress = event if isinstance(event, Progress) else progress
            shown = event or progress
            yield await asyncio.to_thread(_written, shown, parts) if isinstance(shown, Done) else _written(shown, parts)
    except errors.TranscriberError as error:
        yield line(Failed(problem=upload_run.failed(error)))


def _written(event: EngineEvent, parts: Parts) -> str:
    return line(parts.event(event))


def line(event: Accepted | EngineEvent | Failed) -> str:
    """An event as a line of ndjson."""
    return event.model_dump_json() + "\n"
