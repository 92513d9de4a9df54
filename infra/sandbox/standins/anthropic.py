"""A stand-in for Anthropic's Messages API: a real server, as strict as the real one where our client could go wrong.

`python -m infra.sandbox.standins.anthropic` runs it on port 8791; point ANTHROPIC_BASE_URL at it.
"""

import asyncio
import hashlib
import itertools
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.standins.anthropic_body import MOST_OUTPUT_TOKENS, Block, Body, bad_schema
from infra.sandbox.standins.notes import write_notes
from infra.sandbox.standins.serving import serving

KEY = "sk-ant-standin"
VERSIONS = {"2023-06-01", "2026-10-21"}
SHORTEST_CACHED_TOKENS = 1_024
CHARACTERS_PER_TOKEN = 4
LIFECYCLES = {"claude-sonnet-5-5": "active", "claude-haiku-4-5": "deprecated", "claude-sonnet-3-9": "retired"}


@dataclass(frozen=True)
class Fault:
    """What happens to one request instead of an answer."""

    status: int
    kind: str
    message: str
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def response(self) -> Response:
        """The API's error envelope."""
        error: dict[str, object] = {"type": self.kind, "message": self.message}
        if self.code:
            error["details"] = {"error_code": self.code}
        body = {"type": "error", "error": error, "request_id": "req_standin"}
        return JSONResponse(body, self.status, headers={"request-id": "req_standin", **self.headers})


OVERLOADED = Fault(529, "overloaded_error", "Overloaded")
BROKEN = Fault(500, "api_error", "Internal server error")
NO_CREDIT = Fault(
    400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API. Please go to Plans."
)
PAYMENT = Fault(402, "billing_error", "Your payment method was declined.")
SPENT = Fault(429, "rate_limit_error", "Monthly limit reached.", code="enforced_spend_limit_reached")


def rate_limited(retry_after: str) -> Fault:
    """A 429 that says when to come back."""
    return Fault(
        429, "rate_limit_error", "Number of requests has exceeded your limit.", headers={"retry-after": retry_after}
    )


@dataclass
class AnthropicStandin:
    """Scripted: `faults` are used up one a request, then `write` answers. `requests` holds the accepted bodies."""

    write: Callable[[str], str] = write_notes
    faults: list[Fault] = field(default_factory=list[Fault])
    refuses: bool = False
    cut_after: int | None = None
    delay_s: float = 0.0
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    calls: int = 0
    _cached: set[str] = field(default_factory=set[str])
    _ids: "itertools.count[int]" = field(default_factory=itertools.count)

    def app(self) -> Starlette:
        """The routes."""
        return Starlette(
            routes=[
                Route("/v1/messages", self._messages, methods=["POST"]),
                Route("/v1/models/{model}", self._model, methods=["GET"]),
            ]
        )

    async def _messages(self, request: Request) -> Response:
        self.calls += 1
        raw = await request.body()
        await asyncio.sleep(self.delay_s)
        if fault := _bad_headers(request) or (self.faults.pop(0) if self.faults else None):
            return fault.response()
        try:
            body = Body.model_validate_json(raw)
        except ValidationError as error:
            return _invalid(str(error)).response()
        if fault := _bad_body(body):
            return fault.response()
        self.requests.append(json.loads(raw))
        return JSONResponse(self._answer(body), headers={"request-id": f"req_{next(self._ids)}"})

    async def _model(self, request: Request) -> Response:
        model = request.path_params["model"]
        if fault := _bad_headers(request) or _unknown(model, ("active", "deprecated", "retired")):
            return fault.response()
        return JSONResponse(
            {
                "type": "model",
                "id": model,
                "display_name": model,
                "created_at": "2026-09-28T00:00:00Z",
                "lifecycle": LIFECYCLES[model],
                "max_input_tokens": 1_000_000,
                "max_tokens": MOST_OUTPUT_TOKENS,
            }
        )

    def _answer(self, body: Body) -> dict[str, object]:
        text = "" if self.refuses else self.write(_prompt(body))[: self.cut_after]
        stop = "refusal" if self.refuses else "end_turn" if self.cut_after is None else "max_tokens"
        return {
            "id": f"msg_{next(self._ids)}",
            "type": "message",
            "role": "assistant",
            "model": body.model,
            "content": [{"type": "text", "text": text}] if text else [],
            "stop_reason": stop,
            "stop_sequence": None,
            "stop_details": {"type": "refusal", "category": None, "explanation": None} if self.refuses else None,
            "usage": {**self._count(body), "output_tokens": _tokens(text)},
        }

    def _count(self, body: Body) -> dict[str, int]:
        """Tokens before and after the cache mark. Another schema or system text is another prefix, as in reality."""
        prefix, rest = _parts(body)
        if _tokens(prefix) < SHORTEST_CACHED_TOKENS:
            return _input(plain=_tokens(prefix + rest))
        digest = hashlib.sha256(prefix.encode()).hexdigest()
        was_cached = digest in self._cached
        self._cached.add(digest)
        return _input(
            plain=_tokens(rest), read=_tokens(prefix) * was_cached, written=_tokens(prefix) * (not was_cached)
        )


@asynccontextmanager
async def anthropic_standin(standin: AnthropicStandin, port: int = 0) -> AsyncGenerator[str]:
    """Its base URL while it runs."""
    async with serving(standin.app(), port) as url:
        yield url


def _input(plain: int, read: int = 0, written: int = 0) -> dict[str, int]:
    return {"input_tokens": plain, "cache_read_input_tokens": read, "cache_creation_input_tokens": written}


def _parts(body: Body) -> tuple[str, str]:
    """What lies before the last cache mark, and what comes after it."""
    schema = json.dumps(body.output_config.format.schema_) if body.output_config and body.output_config.format else ""
    blocks = [block for turn in body.messages for block in _blocks(turn.content)]
    marked = max((at + 1 for at, block in enumerate(blocks) if block.cache_control), default=0)
    system = "".join(block.text for block in _blocks(body.system or []))
    before = "".join(block.text for block in blocks[:marked])
    after = "".join(block.text for block in blocks[marked:])
    return (schema + system + before, after) if marked else ("", schema + system + after)


def _blocks(content: str | list[Block]) -> list[Block]:
    return [Block(type="text", text=content)] if isinstance(content, str) else content


def _prompt(body: Body) -> str:
    return "\n".join(block.text for turn in body.messages for block in _blocks(turn.content))


def _tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def _bad_headers(request: Request) -> Fault | None:
    given = {request.headers.get("authorization", "").removeprefix("Bearer "), request.headers.get("x-api-key", "")}
    if KEY not in given:
        return Fault(401, "authentication_error", "invalid x-api-key")
    if request.headers.get("anthropic-version") not in VERSIONS:
        return _invalid("anthropic-version: header is required")
    return None


def _bad_body(body: Body) -> Fault | None:
    if fault := _unknown(body.model, ("active", "deprecated")):
        return fault
    if body.output_config and body.output_config.format:
        said = bad_schema(body.output_config.format.schema_)
        return _invalid(f"output_config.format.schema: {said}") if said else None
    return None


def _unknown(model: str, served: tuple[str, ...]) -> Fault | None:
    return None if LIFECYCLES.get(model) in served else Fault(404, "not_found_error", f"model: {model}")


def _invalid(message: str) -> Fault:
    return Fault(400, "invalid_request_error", message)


async def _serve_for_ever() -> None:
    async with anthropic_standin(AnthropicStandin(), port=8791) as url:
        print(f"ANTHROPIC_BASE_URL={url} ANTHROPIC_API_KEY={KEY}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve_for_ever())
