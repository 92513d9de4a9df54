"""POST /inference as whisper.cpp's server has it: https://github.com/ggml-org/whisper.cpp/tree/master/examples/server."""

from contextlib import ExitStack
from typing import Any, get_args

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from transcriber.http import formats
from transcriber.http.auth import require_key
from transcriber.http.formats import ResponseFormat
from transcriber.http.routes import openapi_drop_in
from transcriber.http.routes.openai_request import check_temperature
from transcriber.http.routes.transcribing import OpenEngine, begun, finished, received
from transcriber.http.upload import options
from transcriber.http.upload.languages import name_of
from transcriber.schemas import Format, Segment, Task, Transcript

router = APIRouter(dependencies=[Depends(require_key)], tags=["whisper.cpp"])
FIELDS = ("response_format", "temperature", "language", "prompt", "translate")


@router.post("/inference", **openapi_drop_in.whisper_cpp(FIELDS))
async def inference(request: Request, engine: OpenEngine) -> Response:
    """Speech to text; one segment a line in `text`."""
    upload = await received(request, FIELDS, lenient=True)
    with ExitStack() as stack:
        stack.enter_context(upload)
        response_format = upload.value("response_format") or "json"
        options.choice("response_format", response_format, get_args(ResponseFormat))
        check_temperature(upload.value("temperature") or "0")
        task: Task = "translate" if options.flag("translate", upload.value("translate") or "false") else "transcribe"
        verbose, prompt = response_format == "verbose_json", options.end_of_prompt(upload)
        fixed: dict[str, Any] = {"task": task, "prompt": prompt, "word_timestamps": verbose, "token_timestamps": False}
        upload_run = begun(request, engine, upload, options.options(upload, **fixed))
        stack.pop_all()
    return _response(await finished(request, upload_run), response_format, task)


def _response(transcript: Transcript, response_format: str, task: Task) -> Response:
    if response_format == "json":
        return JSONResponse({"text": formats.to_text(transcript)})
    if response_format == "verbose_json":
        return JSONResponse(_verbose(transcript, task))
    known: Format = options.choice("response_format", response_format, ("text", "srt", "vtt"))
    return Response(formats.render(transcript, known), media_type=formats.MEDIA_TYPES[known])


def _verbose(transcript: Transcript, task: Task) -> dict[str, Any]:
    return {
        "task": task,
        "language": name_of(transcript.language or "unknown"),
        "duration": transcript.duration_s,
        "text": formats.to_text(transcript),
        "segments": [_segment(segment) for segment in transcript.segments],
        "detected_language": name_of(transcript.language or "unknown"),
        "detected_language_probability": transcript.language_probability,
    }


def _segment(segment: Segment) -> dict[str, Any]:
    words = [word.model_dump(exclude={"word"}) | {"word": word.word} for word in segment.words or ()]
    return {**segment.model_dump(exclude={"words", "compression_ratio"}), "words": words}
