"""Each error's answer: status, shape, headers, and OpenAI's form of it."""

from collections.abc import Iterator

import pytest
from starlette.exceptions import HTTPException

from transcriber import errors
from transcriber.http import problems


def leaves(kind: type[errors.TranscriberError] = errors.TranscriberError) -> Iterator[type[errors.TranscriberError]]:
    """Every error that is raised as itself."""
    for child in kind.__subclasses__():
        yield from leaves(child)
    if not kind.__subclasses__():
        yield kind


def made(kind: type[errors.TranscriberError]) -> errors.TranscriberError:
    return kind("why", 7.4) if issubclass(kind, errors.Unavailable) else kind("why")


@pytest.mark.parametrize("kind", [kind for kind in leaves() if kind is not errors.ConfigError])
def test_every_error_has_a_row_in_the_table(kind: type[errors.TranscriberError]) -> None:
    found = problems.problem(made(kind), "id-1")
    assert (found.type, found.detail, found.request_id) == (f"urn:lectern:{kind.__name__}", "why", "id-1")
    assert 400 <= found.status < 600
    assert f"{found.status}" in (errors.__doc__ or "")


def test_a_refusal_says_when_to_come_back() -> None:
    assert problems.headers(errors.Overloaded("full", 7.4)) == {"Retry-After": "8"}
    assert problems.headers(errors.Draining("stop", 0.0)) == {"Retry-After": "1"}


def test_a_missing_key_says_how_to_sign_in() -> None:
    assert problems.headers(errors.Unauthorized("no")) == {"WWW-Authenticate": "Bearer"}


def test_an_unforeseen_error_tells_the_client_nothing_of_itself() -> None:
    found = problems.problem(RuntimeError("password=hunter2"), "id-1")
    assert (found.status, found.title) == (500, "Internal error")
    assert "hunter2" not in found.model_dump_json()


def test_the_framework_s_own_errors_are_problems_too() -> None:
    found = problems.problem(HTTPException(405, headers={"Allow": "POST"}), "id-1")
    assert (found.status, found.title, found.type) == (405, "Method Not Allowed", "about:blank")


@pytest.mark.parametrize(
    ("error", "status", "kind", "code"),
    [
        (errors.BadOption("x"), 400, "invalid_request_error", "BadOption"),
        (errors.NotAudio("x"), 400, "invalid_request_error", "NotAudio"),
        (errors.TooLarge("x"), 413, "invalid_request_error", "TooLarge"),
        (errors.Unauthorized("x"), 401, "authentication_error", "invalid_api_key"),
        (errors.UnknownModel("x"), 404, "invalid_request_error", "model_not_found"),
        (errors.Overloaded("x", 1), 503, "server_error", "server_overloaded"),
        (errors.ModelError("x"), 500, "server_error", "ModelError"),
    ],
)
def test_openai_s_clients_get_what_they_understand(
    error: errors.TranscriberError, status: int, kind: str, code: str
) -> None:
    found = problems.problem(error, "id-1")
    assert problems.openai_response(found, {}).status_code == status
    told = problems.openai_error(found)
    assert (told["type"], told["code"], told["message"]) == (kind, code, "x")
