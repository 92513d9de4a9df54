"""What /docs says about the routes of other services."""

from collections.abc import Sequence
from typing import Any

from transcriber.http.routes import openapi
from transcriber.http.routes.openapi_examples import CUES

TEXT = {"schema": openapi.TEXT}
DETECTED = {"detected_language": "english", "language_code": "en", "confidence": 0.99}
INFERRED = {"text": "Today we talk about memory.\n"}


def whisper_asr(file_field: str, query: Sequence[str], content: dict[str, Any]) -> dict[str, Any]:
    """The arguments that document a route of whisper-asr-webservice; `content` is that of a good answer."""
    schema = {"type": "object", "required": [file_field], "properties": {file_field: openapi.FILE}}
    parameters = [{"name": name, "in": "query", "schema": openapi.TEXT} for name in query]
    return {
        "response_model": None,
        "openapi_extra": {
            "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}},
            "parameters": parameters,
        },
        "responses": {200: {"description": "as that service has it", "content": content}, **openapi.problems()},
    }


ASR = {"text/plain": {**TEXT, "example": CUES}}
LANGUAGE = {
    "application/json": {
        "example": DETECTED,
        "schema": {
            "type": "object",
            "required": list(DETECTED),
            "properties": {
                "detected_language": openapi.TEXT,
                "language_code": openapi.TEXT,
                "confidence": {"type": "number"},
            },
        },
    }
}


def whisper_cpp(fields: Sequence[str]) -> dict[str, Any]:
    """The arguments that document the route of whisper.cpp's server."""
    form = openapi.form(dict.fromkeys(fields, openapi.TEXT))
    content: dict[str, Any] = {
        "application/json": {
            "example": INFERRED,
            "schema": {"type": "object", "required": ["text"], "properties": {"text": openapi.TEXT}},
        },
        "text/plain": TEXT,
        "application/x-subrip": TEXT,
        "text/vtt": TEXT,
    }
    return {
        "openapi_extra": {"requestBody": {"required": True, "content": form}},
        "responses": {200: {"description": "as that server has it", "content": content}, **openapi.problems()},
    }
