"""A stand-in for OpenAI's chat completions, and for servers that speak the same protocol less completely.

`python -m infra.sandbox.standins.openai` runs it on port 8792; point OPENAI_BASE_URL at `…/v1`.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.standins.notes import write_notes
from infra.sandbox.standins.serving import serving

KEY = "sk-standin"
MODELS = {"gpt-6.2-sol", "gpt-6-luna"}
CHARACTERS_PER_TOKEN = 4
SHORTEST_CACHED_CHARACTERS = 1_024 * CHARACTERS_PER_TOKEN


class Strict(BaseModel):
    """Unknown fields are an error, as they are for the real API."""

    model_config = ConfigDict(extra="forbid")


class Turn(Strict):
    """One message."""

    role: Literal["system", "developer", "user", "assistant"]
    content: Annotated[str, Field(min_length=1)]


class NamedSchema(Strict):
    """Structured output."""

    name: Annotated[str, Field(pattern=r"^[\w-]{1,64}$")]
    schema_: dict[str, Any] = Field(alias="schema")
    strict: bool = False


class ResponseFormat(Strict):
    """How to answer."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: NamedSchema | None = None


class Body(Strict):
    """What `POST /v1/chat/completions` takes here: `max_tokens` and `temperature` are refused by current models."""

    model: str
    messages: Annotated[list[Turn], Field(min_length=1)]
    max_completion_tokens: Annotated[int, Field(ge=1, le=128_000)] | None = None
    response_format: ResponseFormat | None = None
    stream: Literal[False] = False


@dataclass(frozen=True)
class Fault:
    """What happens to one request instead of an answer."""

    status: int
    kind: str
    message: str
    code: str | None = None
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def response(self) -> Response:
        """The API's error envelope."""
        error = {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}
        return JSONResponse({"error": error}, self.status, headers={"x-request-id": "req_standin", **self.headers})


OVERLOADED = Fault(503, "server_error", "The engine is currently overloaded, please try again later.")
NO_QUOTA = Fault(429, "insufficient_quota", "You exceeded your current quota.", code="insufficient_quota")


def rate_limited(retry_after: str) -> Fault:
    """A 429 that says when to come back."""
    return Fault(
        429, "requests", "Rate limit reached.", code="rate_limit_exceeded", headers={"retry-after": retry_after}
    )


@dataclass
class OpenAIStandin:
    """Scripted like the Anthropic one. `knows_schemas=False` makes it one of the lesser servers."""

    write: Callable[[str], str] = write_notes
    faults: list[Fault] = field(default_factory=list[Fault])
    knows_schemas: bool = True
    refusal: str | None = None
    cut_after: int | None = None
    delay_s: float = 0.0
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    calls: int = 0
    _seen: list[str] = field(default_factory=list[str])
    _ids: "itertools.count[int]" = field(default_factory=itertools.count)

    def app(self) -> Starlette:
        """The routes."""
        chat = Route("/v1/chat/completions", self._complete, methods=["POST"])
        return Starlette(routes=[chat, Route("/v1/models/{model}", self._model, methods=["GET"])])

    async def _model(self, request: Request) -> Response:
        model = request.path_params["model"]
        if fault := _unknown(model):
            return fault.response()
        return JSONResponse({"id": model, "object": "model", "created": 1_790_000_000, "owned_by": "openai"})

    async def _complete(self, request: Request) -> Response:
        self.calls += 1
        raw = await request.body()
        await asyncio.sleep(self.delay_s)
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return Fault(401, "invalid_request_error", "Incorrect API key provided.", code="invalid_api_key").response()
        if self.faults:
            return self.faults.pop(0).response()
        try:
            body = Body.model_validate_json(raw)
        except ValidationError as error:
            return _invalid(str(error), None).response()
        if fault := self._bad_body(body):
            return fault.response()
        self.requests.append(json.loads(raw))
        return JSONResponse(self._answer(body))

    def _bad_body(self, body: Body) -> Fault | None:
        if fault := _unknown(body.model):
            return fault
        form = body.response_format
        if form is None or form.type != "json_schema":
            return None
        if not self.knows_schemas:
            return _invalid("This server knows no json_schema in response_format.", "response_format")
        if form.json_schema is None or (form.json_schema.strict and not _is_strict(form.json_schema.schema_)):
            return _invalid("Invalid schema for response_format 'study_material'.", "response_format")
        return None

    def _answer(self, body: Body) -> dict[str, object]:
        prompt = "\n".join(turn.content for turn in body.messages)
        text = None if self.refusal else self.write(prompt)[: self.cut_after]
        return {
            "id": f"chatcmpl-{next(self._ids)}",
            "object": "chat.completion",
            "created": 1_790_000_000,
            "model": body.model,
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": text, "refusal": self.refusal},
                    "finish_reason": "stop" if self.cut_after is None else "length",
                    "logprobs": None,
                }
            ],
            "usage": self._count(prompt, text or ""),
        }

    def _count(self, prompt: str, text: str) -> dict[str, object]:
        """A prompt that begins like an earlier one was cached that far, from 1,024 tokens on."""
        shared = max((_shared(prompt, earlier) for earlier in self._seen), default=0)
        self._seen.append(prompt)
        cached = shared // CHARACTERS_PER_TOKEN if shared >= SHORTEST_CACHED_CHARACTERS else 0
        asked, answered = len(prompt) // CHARACTERS_PER_TOKEN, len(text) // CHARACTERS_PER_TOKEN
        return {
            "prompt_tokens": asked,
            "completion_tokens": answered,
            "total_tokens": asked + answered,
            "prompt_tokens_details": {"cached_tokens": cached},
        }


@asynccontextmanager
async def openai_standin(standin: OpenAIStandin, port: int = 0) -> AsyncGenerator[str]:
    """Its base URL, with the version, while it runs."""
    async with serving(standin.app(), port) as url:
        yield f"{url}/v1"


def _is_strict(schema: object) -> bool:
    """Strict mode wants every property required and no others, on every level."""
    if isinstance(schema, list):
        return all(map(_is_strict, cast("list[object]", schema)))
    if not isinstance(schema, dict):
        return True
    parts = cast("dict[str, Any]", schema)
    if parts.get("type") == "object":
        is_closed = parts.get("additionalProperties") is False
        if not is_closed or set(parts.get("required", [])) != set(parts.get("properties", {})):
            return False
    return _is_strict(list(parts.values()))


def _unknown(model: str) -> Fault | None:
    if model in MODELS:
        return None
    said = f"The model `{model}` does not exist or you do not have access to it."
    return Fault(404, "invalid_request_error", said, code="model_not_found", param="model")


def _shared(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _invalid(message: str, param: str | None) -> Fault:
    return Fault(400, "invalid_request_error", message, param=param)


async def _serve_for_ever() -> None:
    async with openai_standin(OpenAIStandin(), port=8792) as url:
        print(f"OPENAI_BASE_URL={url} OPENAI_API_KEY={KEY}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve_for_ever())
