"""POST /asr and /detect-language as whisper-asr-webservice has them, for Bazarr, subgen and others that call it.

https://github.com/ahmetoner/whisper-asr-webservice; its options are query parameters, its file is named audio_file.
"""

from collections.abc import Sequence
from contextlib import ExitStack, aclosing
from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from transcriber import errors
from transcriber.http import formats
from transcriber.http.auth import require_key
from transcriber.http.routes import openapi_drop_in
from transcriber.http.routes.transcribing import OpenEngine, begun, finished, received
from transcriber.http.upload import options
from transcriber.http.upload.languages import name_of
from transcriber.http.upload.uploads import Upload
from transcriber.schemas import Format, Info, Options, Transcript

router = APIRouter(dependencies=[Depends(require_key)], tags=["whisper-asr-webservice"])
FILE_FIELD = "audio_file"
FIELDS = ("encode", "task", "language", "initial_prompt", "word_timestamps", "output")
LENGTH, OFFSET = ("detect_language_length", "detect_lang_length"), ("detect_language_offset", "detect_lang_offset")
DETECT_FIELDS = ("encode", *LENGTH, *OFFSET)
OUTPUTS: dict[str, Format] = {"txt": "text", "vtt": "vtt", "srt": "srt", "tsv": "tsv", "json": "json"}
NO_SPEECH = "en"  # of a file in which nobody speaks, with a confidence of 0: clients know no other word for it
DETECTED_IN_S = 30.0  # the first window tells the language


@router.post("/asr", **openapi_drop_in.whisper_asr(FILE_FIELD, FIELDS, openapi_drop_in.ASR))
async def asr(request: Request, engine: OpenEngine) -> Response:
    """Speech to text, as plain text whatever the output is."""
    upload = await _received(request)
    with ExitStack() as stack:
        stack.enter_context(upload)
        output = options.choice("output", upload.value("output") or "txt", tuple(OUTPUTS))
        prompt = options.end_of_prompt(upload, "initial_prompt")
        wanted = options.options(upload, prompt=prompt, times=output != "txt")
        upload_run = begun(request, engine, upload, wanted)
        stack.pop_all()
    body = _body(await finished(request, upload_run), output)
    named = {"Asr-Engine": "faster_whisper", "Content-Disposition": f'attachment; filename="transcript.{output}"'}
    return Response(body, media_type="text/plain", headers=named)


@router.post("/detect-language", **openapi_drop_in.whisper_asr(FILE_FIELD, DETECT_FIELDS, openapi_drop_in.LANGUAGE))
async def detect_language(request: Request, engine: OpenEngine) -> dict[str, Any]:
    """The language of the file's beginning, or of so many seconds from an offset on."""
    upload = await _received(request, DETECT_FIELDS)
    with ExitStack() as stack:
        stack.enter_context(upload)
        start_s, length_s = options.seconds(upload, *OFFSET) or 0.0, options.seconds(upload, *LENGTH) or None
        wanted = Options(times=False, start_s=start_s, length_s=length_s)
        upload_run = begun(request, engine, upload, wanted, at_most_s=start_s + (length_s or DETECTED_IN_S))
        stack.pop_all()
    with upload_run.answered():
        async with aclosing(upload_run.events()) as events:
            async for event in events:
                if isinstance(event, Info):
                    code, confidence = event.language or NO_SPEECH, event.language_probability
                    return {"detected_language": name_of(code), "language_code": code, "confidence": confidence}
    raise errors.ModelError("the run ended without a language")


async def _received(request: Request, known: Sequence[str] = FIELDS) -> Upload:
    """Unless encode is true, which it is by default, the file is bare samples."""
    encoded = options.flag("encode", request.query_params.get("encode", "true"))
    return await received(request, known, FILE_FIELD, is_pcm=not encoded, lenient=True)


def _body(transcript: Transcript, output: str) -> str:
    if output == "json":
        return transcript.model_dump_json(include={"text", "segments", "language"})
    return formats.render(transcript, OUTPUTS[output])
