"""A stand-in for OpenAI's chat completions, and for servers that speak the same protocol less completely.

`python -m infra.sandbox.standins.openai` runs it on port 8792; point OPENAI_BASE_URL at `…/v1`.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal, cast

from pydantic import Field
from starlette.requests import Request

from infra.sandbox.standins.model_api import Fault, ModelApi, Strict, invalid, serve_for_ever

KEY = "sk-standin"
MODELS = {"gpt-6.2-sol", "gpt-6-luna"}
CHARACTERS_PER_TOKEN = 4
SHORTEST_CACHED_CHARACTERS = 1_024 * CHARACTERS_PER_TOKEN


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
    """What `POST /v1/chat/completions` takes here: OpenAI's current models refuse `max_tokens` and `temperature`."""

    model: str
    messages: Annotated[list[Turn], Field(min_length=1)]
    max_completion_tokens: Annotated[int, Field(ge=1, le=128_000)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    response_format: ResponseFormat | None = None
    stream: Literal[False] = False


OVERLOADED = Fault(503, "server_error", "The engine is currently overloaded, please try again later.")
NO_QUOTA = Fault(429, "insufficient_quota", "You exceeded your current quota.", code="insufficient_quota")


def rate_limited(retry_after: str) -> Fault:
    """A 429 that says when to come back."""
    return Fault(
        429, "requests", "Rate limit reached.", code="rate_limit_exceeded", headers={"retry-after": retry_after}
    )


@dataclass
class OpenAIStandin(ModelApi[Body]):
    """`knows_schemas=False` makes it one of the lesser servers; so does another set of parameters that it `lacks`.

    `is_fastapi`: it says so with 422 and a list of fields, as servers built with that do.
    """

    path: ClassVar[str] = "/v1/chat/completions"
    version: ClassVar[str] = "/v1"
    knows_schemas: bool = True
    lacks: frozenset[str] = frozenset({"max_tokens"})
    is_fastapi: bool = False
    refusal: str | None = None
    _seen: list[str] = field(default_factory=list[str])

    def read(self, raw: bytes) -> Body:
        return Body.model_validate_json(raw)

    def bad_headers(self, request: Request) -> Fault | None:
        if request.headers.get("authorization") == f"Bearer {KEY}":
            return None
        return Fault(401, "invalid_request_error", "Incorrect API key provided.", code="invalid_api_key")

    def envelope(self, fault: Fault) -> dict[str, object]:
        if fault.kind == "validation":
            field = fault.message.partition(" -> ")[2].partition(":")[0]
            return {
                "detail": [{"type": "extra_forbidden", "loc": ["body", field], "msg": "Extra inputs are not allowed"}]
            }
        return {"error": {"message": fault.message, "type": fault.kind, "param": fault.param, "code": fault.code}}

    def describe(self, model: str) -> dict[str, object] | Fault:
        return _unknown(model) or {"id": model, "object": "model", "created": 1_790_000_000, "owned_by": "openai"}

    def bad_body(self, body: Body) -> Fault | None:
        if fault := _unknown(body.model):
            return fault
        if unknown := next((name for name in self.lacks if getattr(body, name) is not None), None):
            return self._unknown_field(unknown)
        return self._too_long(body) or self._bad_format(body)

    def _too_long(self, body: Body) -> Fault | None:
        read = sum(len(turn.content) for turn in body.messages) // CHARACTERS_PER_TOKEN
        asked = read + (body.max_completion_tokens or body.max_tokens or 0)
        if self.context_tokens is None or asked <= self.context_tokens:
            return None
        said = f"This model's maximum context length is {self.context_tokens} tokens. You requested {asked}."
        return Fault(400, "invalid_request_error", said, code="context_length_exceeded", param="messages")

    def _bad_format(self, body: Body) -> Fault | None:
        wanted = body.response_format
        if wanted is None or wanted.type != "json_schema":
            return None
        if not self.knows_schemas:
            return invalid("This server knows no json_schema in response_format.", "response_format")
        if wanted.json_schema is None or (wanted.json_schema.strict and not _is_strict(wanted.json_schema.schema_)):
            return invalid("Invalid schema for response_format 'study_material'.", "response_format")
        return None

    def _unknown_field(self, name: str) -> Fault:
        if self.is_fastapi:
            return Fault(422, "validation", f"body -> {name}: Extra inputs are not permitted")
        return Fault(
            400, "invalid_request_error", f"Unsupported parameter: '{name}'.", code="unsupported_parameter", param=name
        )

    def answer(self, body: Body) -> dict[str, object]:
        prompt = "\n".join(turn.content for turn in body.messages)
        text = None if self.refusal else self.write(prompt)[: self.cut_after]
        return {
            "id": f"chatcmpl-{next(self.ids)}",
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


if __name__ == "__main__":
    asyncio.run(serve_for_ever(OpenAIStandin(), 8792, f"OPENAI_BASE_URL={{url}} OPENAI_API_KEY={KEY}"))
