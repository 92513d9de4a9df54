"""What /docs says about the routes that read their body themselves: forms, examples, errors."""

from collections.abc import Mapping
from typing import Any, get_args

from transcriber.http.formats import ResponseFormat
from transcriber.http.routes.openapi_examples import CUES, OPENAI_EXAMPLES, OPENAI_STREAM, STREAM, TRANSCRIPT
from transcriber.schemas import MAX_PROMPT, Format, Priority, Problem, Task

DESCRIPTION = """
Speech to text with one warm Whisper model. All requests share the model's batches, so a short clip is answered within
seconds while long files run.

    curl -F file=@talk.mp3 http://localhost:8000/transcribe
    curl -F file=@talk.mp3 -F format=srt -o talk.srt http://localhost:8000/transcribe
    curl --data-binary @talk.mp3 'http://localhost:8000/transcribe?format=text&language=en'

A field is sent in the form or in the query, not in both. Errors are `application/problem+json` (RFC 9457) with a
`request_id`, which is also the header `X-Request-ID` and stands in the log; what is no HTTP at all gets a 400 in plain
text. A full queue is 503 with `Retry-After`.

Who does not want to wait posts to `/jobs` instead, and asks `/jobs/ID` how far it is.

A field that nobody knows is refused; one that other services have, and that changes nothing here, is listed in the
header `X-Ignored-Fields`. `X-Model` names the model that ran.
"""

FILE = {"type": "string", "format": "binary", "description": "any audio or video file"}
TEXT: dict[str, Any] = {"type": "string"}
FLAG = {"type": "boolean", "default": False}
LANGUAGE = {
    "type": "string",
    "description": "a code such as en, a tag such as en-GB, or an English name; auto detects it",
}
LANGUAGES = {
    "type": "array",
    "items": {"type": "string"},
    "description": "where the language is to be detected, those it may be",
}
MODEL = {
    "type": "string",
    "description": "any name of the loaded model that /v1/models lists, or another spelling of it",
    "example": "whisper-1",
}
LAYOUT: dict[str, dict[str, Any]] = {
    "max_line_width": {
        "type": "integer",
        "minimum": 1,
        "maximum": 1000,
        "description": "characters a line of srt and vtt; set, they are cut as openai-whisper's writer does",
    },
    "max_line_count": {"type": "integer", "minimum": 1, "maximum": 100, "description": "lines a cue, with a width"},
    "max_words_per_line": {
        "type": "integer",
        "minimum": 1,
        "maximum": 1000,
        "description": "words a cue, as openai-whisper's writer cuts them",
    },
    "highlight_words": {**FLAG, "description": "each word underlined while it is said"},
}
OPTIONS: dict[str, dict[str, Any]] = {
    "language": {**LANGUAGE, "default": "auto"},
    "languages[]": LANGUAGES,
    "model": MODEL,
    "task": {"type": "string", "enum": list(get_args(Task)), "default": "transcribe"},
    "prompt": {"type": "string", "description": "names and words the speaker uses", "maxLength": MAX_PROMPT},
    "hotwords": {"type": "string", "description": "words to listen for", "maxLength": MAX_PROMPT},
    "word_timestamps": {**FLAG, "description": "words with times and probabilities in every segment"},
    "detect_language_per_window": {**FLAG, "description": "for talks that change language"},
    "condition_on_previous_text": {**FLAG, "description": "steadier names, but windows go one by one"},
    "token_timestamps": {**FLAG, "description": "times said by the model itself; slower on a GPU"},
    "format": {"type": "string", "enum": list(get_args(Format)), "default": "json"},
    "priority": {"type": "string", "enum": list(get_args(Priority)), "default": "interactive"},
    "cues": {**FLAG, "description": "with json and ndjson: the subtitles too, as srt and vtt have them"},
    **LAYOUT,
}
STREAM_ABOUT = (
    "with format=ndjson one event a line: accepted, info, segment and progress as they come (progress at least every "
    "10 s), then done with the whole transcript, or error with a problem"
)
OPENAI_ANSWER = {
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {"type": "string"},
        "usage": {"type": "object"},
        "task": {"type": "string"},
        "language": {"type": "string", "description": "by its English name; english for translations"},
        "duration": {"type": "number"},
        "segments": {"type": "array", "items": {"type": "object"}},
        "words": {"type": "array", "items": {"type": "object"}},
    },
}
OPENAI_MODEL = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": TEXT, "object": TEXT, "created": {"type": "integer"}, "owned_by": TEXT, "root": TEXT},
}
OPENAI_MODELS = {
    "type": "object",
    "required": ["data"],
    "properties": {"object": TEXT, "data": {"type": "array", "items": OPENAI_MODEL}},
}
OPENAI_ERROR_FIELDS = ("message", "type", "param", "code", "request_id")
OPENAI_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "properties": {name: {"type": ["string", "null"]} for name in OPENAI_ERROR_FIELDS},
        }
    },
}
ERRORS = {
    400: "the upload is empty",
    401: "the API key is missing or wrong",
    408: "the upload came too slowly",
    404: "another model than the one that is loaded",
    413: "more bytes or more audio than allowed",
    415: "not an audio or video file",
    422: "no audio track, damaged audio, or a field with an unknown value",
    500: "the model failed on this file",
    503: "the queue is full, or the server starts or stops; Retry-After says when to come back",
}
OPENAI_OPTIONS: dict[str, dict[str, Any]] = {
    "model": MODEL,
    "language": {**LANGUAGE, "example": "en"},
    "languages[]": LANGUAGES,
    "prompt": {"type": "string", "description": "of more than 2,000 characters the end counts"},
    "keywords[]": {"type": "array", "items": {"type": "string"}, "description": "words to listen for"},
    "response_format": {"type": "string", "enum": list(get_args(ResponseFormat))},
    "temperature": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "description": "accepted, not used: 0 is tried first, and more only for windows whose text is doubted",
    },
    "timestamp_granularities[]": {"type": "array", "items": {"type": "string", "enum": ["segment", "word"]}},
    "stream": FLAG,
    **LAYOUT,
}


def transcribe_route() -> dict[str, Any]:
    """The arguments that document POST /transcribe."""
    query = [{"name": name, "in": "query", "schema": without_default(schema)} for name, schema in OPTIONS.items()]
    content = {**form(OPTIONS), "application/octet-stream": {"schema": FILE}}
    found: dict[str, Any] = {
        "application/json": {"example": TRANSCRIPT},
        "application/x-ndjson": {"example": STREAM, "schema": {"type": "string", "description": STREAM_ABOUT}},
        "text/plain": {"example": "Today we talk about memory.\n", "schema": {"type": "string"}},
        "application/x-subrip": {"example": CUES, "schema": {"type": "string"}},
        "text/vtt": {"example": "WEBVTT\n\n" + CUES[2:].replace(",", "."), "schema": {"type": "string"}},
        "text/tab-separated-values": {"schema": {"type": "string"}},
    }
    return {
        "openapi_extra": {"requestBody": {"required": True, "content": content}, "parameters": query},
        "responses": {200: {"description": "the transcript", "content": found}, **problems()},
    }


def openai_route() -> dict[str, Any]:
    """The arguments that document OpenAI's audio routes."""
    text = {"type": "string"}
    found: dict[str, Any] = {
        "application/json": {"schema": OPENAI_ANSWER, "examples": OPENAI_EXAMPLES},
        "text/event-stream": {"schema": {**text, "description": "with stream=true"}, "example": OPENAI_STREAM},
        "text/plain": {"schema": text, "example": "Today we talk about memory.\n"},
        "application/x-subrip": {"schema": text, "example": CUES},
        "text/vtt": {"schema": text},
    }
    return {
        "openapi_extra": {"requestBody": {"required": True, "content": form(OPENAI_OPTIONS)}},
        "responses": {200: {"description": "the transcript", "content": found}, **openai_errors()},
    }


def model_route(example: dict[str, Any], schema: dict[str, Any], *, known: bool = False) -> dict[str, Any]:
    """The arguments that document OpenAI's routes about models; `known` ones are asked for by name."""
    content = {"application/json": {"example": example, "schema": schema}}
    statuses = (401, 404, 503) if known else (401, 503)
    errors = {status: error for status, error in openai_errors().items() if status in statuses}
    told = {200: {"description": "what is loaded", "content": content}, **errors, "4XX": errors[401]}
    return {"response_model": None, "responses": told}


def openai_errors() -> dict[int | str, dict[str, Any]]:
    """OpenAI's shape of every error."""
    kept = {status: text for status, text in ERRORS.items() if status not in (415, 422)}
    told = {**kept, 400: "the upload or a field cannot be used"}
    content = {"application/json": {"schema": OPENAI_ERROR}}
    return {status: {"description": text, "content": content} for status, text in told.items()}


def example(status: int, description: str, body: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """One answer with its body."""
    return {status: {"description": description, "content": {"application/json": {"example": body}}}}


def without_default(schema: dict[str, Any]) -> dict[str, Any]:
    """A form that is filled in on a page must not send the same fields in the query: they would be refused."""
    return {name: value for name, value in schema.items() if name != "default"}


def form(options: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A form with a file and these fields."""
    schema = {"type": "object", "required": ["file"], "properties": {"file": FILE, **options}}
    return {"multipart/form-data": {"schema": schema}}


def problems(errors: Mapping[int, str] = ERRORS) -> dict[int | str, dict[str, Any]]:
    """The errors of a route, by status."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {status: {"description": text, "content": content} for status, text in errors.items()}
