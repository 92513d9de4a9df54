"""What /docs says about jobs."""

from typing import Any

from transcriber.http.routes import openapi
from transcriber.http.routes.openapi_examples import CUES, JOB, STREAM, TRANSCRIPT

WEBHOOK_ABOUT = "https address, on one of WEBHOOK_HOSTS, that is told of the end; signed as standardwebhooks.com says"
NO_FIELDS = (*openapi.LAYOUT, "format", "cues")  # they are said when the result is fetched
ERRORS = {
    401: openapi.ERRORS[401],
    404: "there is no such job; without RESULT_DIR none since the service started",
    410: "its result was deleted, has expired, or made room for newer ones: send the file again",
    503: openapi.ERRORS[503],
}
NOT_DONE = {409: "it is under way; Retry-After says when to ask again", 422: "a field with an unknown value"}
FAILED = {status: openapi.ERRORS[status] for status in (413, 415, 500)}


def problems(errors: dict[int, str] = ERRORS) -> dict[int | str, dict[str, Any]]:
    """The errors of what is asked of a job; one for the rest, else FastAPI adds a 422 in a shape of its own."""
    told = openapi.problems(errors)
    return {**told, "4XX": {**told[404], "description": "any other mistake of the client's"}}


def posted() -> dict[str, Any]:
    """The arguments that document POST /jobs."""
    wanted = {name: schema for name, schema in openapi.OPTIONS.items() if name not in NO_FIELDS}
    options = {**wanted, "webhook": {"type": "string", "format": "uri", "description": WEBHOOK_ABOUT}}
    query = [{"name": name, "in": "query", "schema": openapi.without_default(each)} for name, each in options.items()]
    content = {**openapi.form(options), "application/octet-stream": {"schema": openapi.FILE}}
    location = {"Location": {"schema": openapi.TEXT, "description": "the job's address, without the host"}}
    accepted = {"description": "queued", "headers": location, "content": {"application/json": {"example": JOB}}}
    return {
        "openapi_extra": {"requestBody": {"required": True, "content": content}, "parameters": query},
        "responses": {202: accepted, **openapi.problems()},
    }


def asked() -> dict[str, Any]:
    """The arguments that document GET /jobs/ID."""
    return {"responses": {**openapi.example(200, "how far it is", JOB), **problems()}}


def result() -> dict[str, Any]:
    """The arguments that document a job's result."""
    wanted = {name: openapi.OPTIONS[name] for name in NO_FIELDS}
    query = [{"name": name, "in": "query", "schema": openapi.without_default(each)} for name, each in wanted.items()]
    found: dict[str, Any] = {
        "application/json": {"example": TRANSCRIPT},
        "text/plain": {"schema": openapi.TEXT},
        "application/x-subrip": {"example": CUES, "schema": openapi.TEXT},
        "text/vtt": {"schema": openapi.TEXT},
        "text/tab-separated-values": {"schema": openapi.TEXT},
    }
    told = {200: {"description": "the transcript", "content": found}, **problems(ERRORS | NOT_DONE | FAILED)}
    return {"openapi_extra": {"parameters": query}, "responses": told}


def events() -> dict[str, Any]:
    """The arguments that document a job's stream of events."""
    content = {"application/x-ndjson": {"schema": openapi.TEXT, "example": STREAM}}
    return {"responses": {200: {"description": "events as they come", "content": content}, **problems()}}


def deleted() -> dict[str, Any]:
    """The arguments that document DELETE /jobs/ID."""
    return {"responses": problems()}
