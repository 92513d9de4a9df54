"""OpenAI's audio routes, so that its SDK works unchanged with `base_url` set to this service's /v1.

https://platform.openai.com/docs/api-reference/audio
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from transcriber import errors
from transcriber.http import formats, problems
from transcriber.http.auth import require_key
from transcriber.http.routes import openai_request, openapi, openapi_examples
from transcriber.http.routes.openai_request import OpenAIRequest
from transcriber.http.routes.transcribing import (
    OpenEngine,
    TheService,
    begun,
    check_model,
    eta,
    finished,
    received,
    service_of,
)
from transcriber.http.streaming import HEARTBEAT_S, StreamingAnswer, opened, with_heartbeat
from transcriber.http.upload.languages import name_of
from transcriber.http.upload_run import UploadRun
from transcriber.schemas import Done, EngineEvent, SegmentEvent, Task, Transcript
from transcriber.text.segmenter import between

router = APIRouter(prefix="/v1", dependencies=[Depends(require_key)], tags=["OpenAI"])


@router.post("/audio/transcriptions", **openapi.openai_route())
async def transcriptions(request: Request, engine: OpenEngine) -> Response:
    """Speech to text in the language spoken."""
    return await _answer(request, engine, "transcribe")


@router.post("/audio/translations", **openapi.openai_route())
async def translations(request: Request, engine: OpenEngine) -> Response:
    """Speech to English text."""
    return await _answer(request, engine, "translate")


@router.get(
    "/models", **openapi.model_route({"object": "list", "data": [openapi_examples.MODEL]}, openapi.OPENAI_MODELS)
)
async def models(service: TheService) -> dict[str, Any]:
    """The model that is loaded, by each of the names that are accepted for it; `root` is its own."""
    names = service.model_names()
    return {"object": "list", "data": [_model(name, names.loaded) for name in names.listed]}


@router.get("/models/{name:path}", **openapi.model_route(openapi_examples.MODEL, openapi.OPENAI_MODEL, known=True))
async def model(name: str, service: TheService) -> dict[str, Any]:
    """The model by any of its names; 404 for others."""
    check_model(name, service)
    return _model(name, service.model_names().loaded)


router.add_api_route("/models", models, methods=["HEAD"], include_in_schema=False)
router.add_api_route("/models/{name:path}", model, methods=["HEAD"], include_in_schema=False)


async def _answer(request: Request, engine: OpenEngine, task: Task) -> Response:
    upload = await received(request, openai_request.FIELDS)
    with ExitStack() as stack:
        stack.enter_context(upload)
        check_model(upload.value("model"), service_of(request))
        asked = openai_request.parse(upload, task)
        upload_run = begun(request, engine, upload, openai_request.engine_options(upload, asked))
        stack.pop_all()
    if not asked.stream:
        return await _shaped(await finished(request, upload_run), asked)
    with ExitStack() as stack:
        stack.callback(upload_run.close)
        # A file that cannot be read is still a status of its own.
        events = await opened(upload_run.events(), HEARTBEAT_S)
        stack.pop_all()
    return StreamingAnswer(
        _sent(events, upload_run, HEARTBEAT_S), upload_run.close, "text/event-stream", eta(upload_run)
    )


async def _shaped(transcript: Transcript, asked: OpenAIRequest) -> Response:
    if asked.response_format == "verbose_json":
        return JSONResponse(_verbose(transcript, asked))
    if asked.response_format == "json":
        return JSONResponse({"text": transcript.text, "usage": _usage(transcript), "model": transcript.model})
    body = await asyncio.to_thread(formats.render, transcript, asked.response_format, asked.layout)
    return Response(body, media_type=formats.MEDIA_TYPES[asked.response_format])


def _verbose(transcript: Transcript, asked: OpenAIRequest) -> dict[str, Any]:
    found: dict[str, Any] = {
        "task": asked.task,
        "language": "english" if asked.task == "translate" else name_of(transcript.language or "unknown"),
        "duration": transcript.duration_s,
        "text": transcript.text,
        "usage": _usage(transcript),
        "model": transcript.model,
    }
    if "word" in asked.granularities:
        words = [word for segment in transcript.segments for word in segment.words or ()]
        found["words"] = [{"word": w.word.strip(), "start": w.start, "end": w.end} for w in words]
    if "segment" in asked.granularities:
        found["segments"] = [{**s.model_dump(exclude={"words"}), "seek": 0, "tokens": []} for s in transcript.segments]
    return found


async def _sent(events: AsyncIterator[EngineEvent], upload_run: UploadRun, heartbeat_s: float) -> AsyncIterator[str]:
    """Server-sent events: a delta for each segment, then the whole text; a comment in a silence."""
    before = ""
    try:
        async for event in with_heartbeat(events, heartbeat_s):
            if event is None:
                yield ": still at it\n\n"
            elif isinstance(event, SegmentEvent):
                text = event.segment.text
                yield _sse({"type": "transcript.text.delta", "delta": between(before, text) + text})
                before = text
            elif isinstance(event, Done):
                yield _sse({"type": "transcript.text.done", "text": event.transcript.text})
    except errors.TranscriberError as error:
        failure = problems.openai_error(upload_run.failed(error))
        yield "event: error\n" + _sse({"type": "error", "error": failure})
    yield "data: [DONE]\n\n"


def _sse(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data)}\n\n"


def _usage(transcript: Transcript) -> dict[str, Any]:
    return {"type": "duration", "seconds": round(transcript.duration_s)}


def _model(name: str, root: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "lectern", "root": root}
