"""OpenAI's audio routes, so that its SDK works unchanged with `base_url` set to this service's /v1.

https://platform.openai.com/docs/api-reference/audio
"""

import json
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from transcriber import errors
from transcriber.http import formats, problems
from transcriber.http.auth import require_key
from transcriber.http.formats import ResponseFormat
from transcriber.http.languages import name_of
from transcriber.http.routes import openapi, openapi_examples
from transcriber.http.routes.transcriptions import OpenEngine, begun, eta, finished, received, service_of
from transcriber.http.service import Service
from transcriber.http.streaming import HEARTBEAT_S, StreamingAnswer, opened, with_heartbeat
from transcriber.http.upload import options
from transcriber.http.upload.uploads import Upload
from transcriber.http.upload_run import UploadRun
from transcriber.schemas import Done, EngineEvent, Options, SegmentEvent, Task, Transcript
from transcriber.text.segmenter import between

router = APIRouter(prefix="/v1", dependencies=[Depends(require_key)], tags=["OpenAI"])

GRANULARITIES = ("segment", "word")
NOT_HERE = {
    "include": "log probabilities come as avg_logprob of each segment, with response_format=verbose_json",
    "known_speaker_names": "speakers are not told apart",
    "known_speaker_references": "speakers are not told apart",
}
MAX_PROMPT = 2000
ALIASES = ("whisper-1", "whisper", "default")
TheService = Annotated[Service, Depends(service_of)]


@dataclass(frozen=True)
class OpenAIRequest:
    """What a request asks for in OpenAI's words."""

    task: Task
    response_format: ResponseFormat
    stream: bool
    granularities: tuple[str, ...]


@router.post("/audio/transcriptions", **openapi.openai_route())
async def transcriptions(request: Request, engine: OpenEngine) -> Response:
    """Speech to text in the language spoken."""
    return await _answer(request, engine, "transcribe")


@router.post("/audio/translations", **openapi.openai_route())
async def translations(request: Request, engine: OpenEngine) -> Response:
    """Speech to English text."""
    return await _answer(request, engine, "translate")


@router.get("/models", **openapi.model_route({"object": "list", "data": [openapi_examples.MODEL]}))
async def models(service: TheService) -> dict[str, Any]:
    """The one model that is loaded."""
    return {"object": "list", "data": [_model(service)]}


@router.get("/models/{name:path}", **openapi.model_route(openapi_examples.MODEL, known=True))
async def model(name: str, service: TheService) -> dict[str, Any]:
    """The model by name; 404 for any other."""
    _check_model(name, service)
    return _model(service)


async def _answer(request: Request, engine: OpenEngine, task: Task) -> Response:
    upload = await received(request)
    with ExitStack() as stack:
        stack.enter_context(upload)
        _check_model(upload.value("model") or ALIASES[0], service_of(request))
        asked = _asked(upload, task)
        upload_run = begun(request, engine, upload, _options(upload, asked))
        stack.pop_all()
    if not asked.stream:
        return _shaped(await finished(request, upload_run), asked)
    with ExitStack() as stack:
        stack.callback(upload_run.close)
        events = await opened(
            upload_run.events(), HEARTBEAT_S
        )  # a file that cannot be read is still a status of its own
        stack.pop_all()
    return StreamingAnswer(_sent(events, upload_run, HEARTBEAT_S), upload_run, "text/event-stream", eta(upload_run))


def _shaped(transcript: Transcript, asked: OpenAIRequest) -> Response:
    if asked.response_format == "verbose_json":
        return JSONResponse(_verbose(transcript, asked))
    if asked.response_format == "json":
        return JSONResponse({"text": transcript.text, "usage": _usage(transcript)})
    return Response(
        formats.render(transcript, asked.response_format), media_type=formats.MEDIA_TYPES[asked.response_format]
    )


def _verbose(transcript: Transcript, asked: OpenAIRequest) -> dict[str, Any]:
    found: dict[str, Any] = {
        "task": asked.task,
        "language": "english" if asked.task == "translate" else name_of(transcript.language),
        "duration": transcript.duration_s,
        "text": transcript.text,
        "usage": _usage(transcript),
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


def _model(service: Service) -> dict[str, Any]:
    name = service.loaded_engine().backend.name
    return {"id": name, "object": "model", "created": 0, "owned_by": "lectern"}


def _asked(upload: Upload, task: Task) -> OpenAIRequest:
    for name, instead in NOT_HERE.items():
        if _listed(upload, name):
            raise errors.BadOption(f"{name} is not supported: {instead}")
    sent = _listed(upload, "timestamp_granularities")
    if unknown := next((value for value in sent if value not in GRANULARITIES), None):
        raise errors.BadOption(f"timestamp_granularities[] {unknown[:40]!r} is unknown: use segment or word")
    wanted = upload.value("response_format") or "json"
    response_format = options.choice("response_format", wanted, get_args(ResponseFormat))
    stream = options.flag("stream", upload.value("stream") or "false")
    return OpenAIRequest(task, response_format, stream, tuple(sent) or ("segment",))


def _options(upload: Upload, asked: OpenAIRequest) -> Options:
    """Temperature is checked and left to the guards, as OpenAI does at 0; of a long prompt the end counts."""
    heat = upload.value("temperature") or "0"
    try:
        fits = 0 <= float(heat) <= 1
    except ValueError:
        fits = False
    if not fits:
        raise errors.BadOption(f"temperature {heat[:40]!r} is not a number from 0 to 1")
    prompt = (upload.value("prompt") or "")[-MAX_PROMPT:]
    hotwords = upload.value("hotwords") or ", ".join(_listed(upload, "keywords"))[:MAX_PROMPT]
    words = "word" in asked.granularities
    times = asked.stream or asked.response_format not in ("json", "text")
    return options.options(
        upload, task=asked.task, word_timestamps=words, prompt=prompt, hotwords=hotwords, times=times
    )


def _listed(upload: Upload, name: str) -> list[str]:
    """A list as the SDK sends it, or without the brackets."""
    return [*upload.fields.get(f"{name}[]", ()), *upload.fields.get(name, ())]


def _check_model(name: str, service: Service) -> None:
    loaded = service.loaded_engine().backend.name
    if name not in (loaded, service.settings.whisper_model, *ALIASES):
        raise errors.UnknownModel(f"the model {name[:80]!r} is not loaded: use {loaded!r} or 'whisper-1'")
