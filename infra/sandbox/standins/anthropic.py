"""A stand-in for Anthropic's Messages API: a real server, as strict as the real one where our client could go wrong.

`python -m infra.sandbox.standins.anthropic` runs it on port 8791; point ANTHROPIC_BASE_URL at it.
"""

import asyncio
import hashlib
import json
import math
from dataclasses import dataclass, field
from typing import ClassVar

from starlette.applications import Starlette
from starlette.requests import Request

from infra.sandbox.standins.anthropic_batches import BatchApi
from infra.sandbox.standins.anthropic_body import MOST_OUTPUT_TOKENS, Block, Body, bad_schema
from infra.sandbox.standins.model_api import Fault, ModelApi, invalid, serve_for_ever

KEY = "sk-ant-standin"
VERSIONS = {"2023-06-01", "2026-10-21"}
SHORTEST_CACHED_TOKENS = 1_024
CHARACTERS_PER_TOKEN = 4
LIFECYCLES = {"claude-sonnet-5-5": "active", "claude-haiku-4-5": "deprecated", "claude-sonnet-3-9": "retired"}


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
class AnthropicStandin(ModelApi[Body]):
    """Refuses to write where told; knows which prefixes it has cached. `batches` are its other half."""

    path: ClassVar[str] = "/v1/messages"
    refuses: bool = False
    batches: BatchApi = field(init=False)
    _cached: set[str] = field(default_factory=set[str])

    def __post_init__(self) -> None:
        self.batches = BatchApi(self)

    def app(self) -> Starlette:
        return Starlette(routes=[*self.batches.routes(), *super().app().routes])

    def read(self, raw: bytes) -> Body:
        return Body.model_validate_json(raw)

    def bad_headers(self, request: Request) -> Fault | None:
        given = {request.headers.get("authorization", "").removeprefix("Bearer "), request.headers.get("x-api-key", "")}
        if KEY not in given:
            return Fault(401, "authentication_error", "invalid x-api-key")
        if request.headers.get("anthropic-version") not in VERSIONS:
            return invalid("anthropic-version: header is required")
        return None

    def bad_body(self, body: Body) -> Fault | None:
        if fault := _unknown(body.model, ("active", "deprecated")):
            return fault
        asked = _tokens(_all(body))
        if self.context_tokens and asked + body.max_tokens > self.context_tokens:
            return invalid(f"prompt is too long: {asked + body.max_tokens} tokens > {self.context_tokens} maximum")
        if body.output_config and body.output_config.format:
            said = bad_schema(body.output_config.format.schema_)
            return invalid(f"output_config.format.schema: {said}") if said else None
        return None

    def envelope(self, fault: Fault) -> dict[str, object]:
        error: dict[str, object] = {"type": fault.kind, "message": fault.message}
        if fault.code:
            error["details"] = {"error_code": fault.code}
        return {"type": "error", "error": error, "request_id": "req_standin"}

    def describe(self, model: str) -> dict[str, object] | Fault:
        return _unknown(model, ("active", "deprecated", "retired")) or {
            "type": "model",
            "id": model,
            "display_name": model,
            "created_at": "2026-09-28T00:00:00Z",
            "lifecycle": LIFECYCLES[model],
            "max_input_tokens": 1_000_000,
            "max_tokens": MOST_OUTPUT_TOKENS,
        }

    def answer(self, body: Body) -> dict[str, object]:
        text = "" if self.refuses else self.write(_prompt(body))[: self.cut_after]
        stop = "refusal" if self.refuses else "end_turn" if self.cut_after is None else "max_tokens"
        return {
            "id": f"msg_{next(self.ids)}",
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
        if digest in self._cached:
            return _input(plain=_tokens(rest), read=_tokens(prefix))
        self._cached.add(digest)
        return _input(plain=_tokens(rest), written=_tokens(prefix))


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


def _all(body: Body) -> str:
    """All that is to be read."""
    return "".join(_parts(body))


def _blocks(content: str | list[Block]) -> list[Block]:
    return [Block(type="text", text=content)] if isinstance(content, str) else content


def _prompt(body: Body) -> str:
    return "\n".join(block.text for turn in body.messages for block in _blocks(turn.content))


def _tokens(text: str) -> int:
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


def _unknown(model: str, served: tuple[str, ...]) -> Fault | None:
    return None if LIFECYCLES.get(model) in served else Fault(404, "not_found_error", f"model: {model}")


if __name__ == "__main__":
    asyncio.run(serve_for_ever(AnthropicStandin(), 8791, f"ANTHROPIC_BASE_URL={{url}} ANTHROPIC_API_KEY={KEY}"))
