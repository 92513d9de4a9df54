"""Errors as answers: one table from the error's class to status and title, in RFC 9457's shape or in OpenAI's."""

import math
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware

from transcriber import errors
from transcriber.schemas import Problem

MEDIA_TYPE = "application/problem+json"
OPENAI_PATHS = "/v1/"
WHISPER_CPP_PATH = "/inference"  # its clients look for "error"
STATUS: dict[type[errors.TranscriberError], tuple[int, str]] = {
    errors.EmptyUpload: (400, "Empty upload"),
    errors.Unauthorized: (401, "Unauthorized"),
    errors.UploadTimeout: (408, "Upload too slow"),
    errors.TooLarge: (413, "Upload too large"),
    errors.TooLong: (413, "Audio too long"),
    errors.NotAudio: (415, "Not audio"),
    errors.NotSupported: (415, "Not supported"),
    errors.NoAudioTrack: (422, "No audio track"),
    errors.Undecodable: (422, "Undecodable audio"),
    errors.BadOption: (422, "Bad option"),
    errors.UnknownModel: (404, "Unknown model"),
    errors.UnknownJob: (404, "Unknown job"),
    errors.NotDone: (409, "Not done"),
    errors.ResultGone: (410, "Result gone"),
    errors.CutOff: (503, "Service restarted"),
    errors.Cancelled: (499, "Client left"),
    errors.TookTooLong: (504, "Took too long"),
    errors.Overloaded: (503, "Queue full"),
    errors.Draining: (503, "Shutting down"),
    errors.NotReady: (503, "Not ready"),
    errors.DeviceLost: (500, "GPU failed"),
    errors.ModelError: (500, "Model failed"),
}
NO_TYPE = "about:blank"  # RFC 9457: the status says it all
MISTAKE = "the service made a mistake; its log names this request id"
# What OpenAI answers: https://platform.openai.com/docs/guides/error-codes
OPENAI_BAD_REQUEST = (415, 422)
OPENAI_TYPES = {401: "authentication_error", 408: "timeout_error"}
OPENAI_ELSEWHERE = (
    "there is no {method} {path} here: this service turns speech into text, at POST /v1/audio/transcriptions and POST "
    "/v1/audio/translations; GET /v1/models lists its model's names"
)
OPENAI_CODES = {"Unauthorized": "invalid_api_key", "UnknownModel": "model_not_found", "Overloaded": "server_overloaded"}


def install(app: FastAPI) -> None:
    """Every error of the app becomes an answer from here; an unforeseen one goes on to the server, which logs it."""
    for kind in (errors.TranscriberError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, answer)
    app.add_middleware(ServerErrorMiddleware, handler=answer)


async def answer(request: Request, error: Exception) -> JSONResponse:
    """Any error as an answer: problem+json, or OpenAI's shape under /v1."""
    path = request.url.path
    found = noted(error, getattr(request.state, "request_id", "-"), getattr(request.state, "about", {}))
    if path.startswith(OPENAI_PATHS):
        if isinstance(error, HTTPException) and found.status == 404:
            told = OPENAI_ELSEWHERE.format(method=request.method, path=path[:80])
            found = found.model_copy(update={"detail": told})
        return openai_response(found, headers(error))
    extra = {**headers(error), "X-Request-ID": found.request_id}
    also = {"error": found.detail} if path == WHISPER_CPP_PATH else {}
    return JSONResponse({**found.model_dump(), **also}, found.status, extra, MEDIA_TYPE)


def noted(error: Exception, request_id: str, about: dict[str, object]) -> Problem:
    """What a client is told; `about`, from which the request is logged and counted, hears it too."""
    found = problem(error, request_id)
    detail = found.detail if isinstance(error, errors.TranscriberError) or found.status < 500 else repr(error)
    about.update(error=type(error).__name__, error_status=found.status, detail=detail)
    return found


def problem(error: BaseException, request_id: str) -> Problem:
    """What a client is told about an error."""
    status, title, kind, detail = _told(error)
    return Problem(type=kind, title=title, status=status, detail=detail, request_id=request_id)


def headers(error: Exception) -> dict[str, str]:
    """Headers that belong to an error: when to come back, how to sign in, which methods there are."""
    if isinstance(error, errors.Unavailable):
        return {"Retry-After": retry_after(error.retry_after_s)}
    if isinstance(error, HTTPException):
        return dict(error.headers or {})
    return {"WWW-Authenticate": "Bearer"} if isinstance(error, errors.Unauthorized) else {}


def retry_after(seconds: float) -> str:
    """Whole seconds, never too few: who comes back too early has come in vain."""
    return str(max(1, math.ceil(seconds)))


def openai_error(found: Problem) -> dict[str, Any]:
    """A problem as OpenAI's clients understand it."""
    name = found.title.lower().replace(" ", "_") if found.type == NO_TYPE else found.type.rpartition(":")[2]
    kind = OPENAI_TYPES.get(found.status, "invalid_request_error" if found.status < 500 else "server_error")
    code = OPENAI_CODES.get(name, name)
    return {"message": found.detail, "type": kind, "param": None, "code": code, "request_id": found.request_id}


def openai_response(found: Problem, extra: dict[str, str]) -> JSONResponse:
    """OpenAI knows no 415 and no 422 here: what is wrong with a request is a 400."""
    status = 400 if found.status in OPENAI_BAD_REQUEST else found.status
    return JSONResponse({"error": openai_error(found)}, status, {**extra, "X-Request-ID": found.request_id})


def _told(error: BaseException) -> tuple[int, str, str, str]:
    if isinstance(error, errors.TranscriberError):
        status, title = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
        return status, title, f"urn:lectern:{type(error).__name__}", str(error)
    if isinstance(error, HTTPException):
        said = str(error.detail)
        return error.status_code, said, NO_TYPE, said
    if isinstance(error, RequestValidationError):
        first = cast("dict[str, Any]", error.errors()[0])
        where = ".".join(str(part) for part in first["loc"])
        return 422, "Bad option", "urn:lectern:BadOption", f"{where}: {str(first['msg']).lower()}"
    return 500, "Internal error", NO_TYPE, MISTAKE
