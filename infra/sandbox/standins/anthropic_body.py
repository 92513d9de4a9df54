"""The body of a Messages request, as strict as the real API."""

from typing import Annotated, Any, Literal, cast

from pydantic import Field

from infra.sandbox.standins.model_api import Strict

MOST_OUTPUT_TOKENS = 128_000
UNSUPPORTED = {"minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum"}


class CacheControl(Strict):
    """Marks the end of a cached prefix."""

    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] = "5m"


class Block(Strict):
    """A text block."""

    type: Literal["text"]
    text: Annotated[str, Field(min_length=1)]
    cache_control: CacheControl | None = None


class Turn(Strict):
    """One message of the conversation."""

    role: Literal["user", "assistant"]
    content: str | list[Block]


class Format(Strict):
    """Structured output."""

    type: Literal["json_schema"]
    schema_: dict[str, Any] = Field(alias="schema")


class OutputConfig(Strict):
    """How to answer."""

    format: Format | None = None
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None


class Body(Strict):
    """What `POST /v1/messages` takes here. Sampling parameters are gone from the API."""

    model: str
    max_tokens: Annotated[int, Field(ge=1, le=MOST_OUTPUT_TOKENS)]
    messages: Annotated[list[Turn], Field(min_length=1)]
    system: str | list[Block] | None = None
    output_config: OutputConfig | None = None
    stream: Literal[False] = False


def bad_schema(schema: object) -> str | None:
    """What is wrong with a schema, if it leaves the part of JSON Schema that structured outputs take."""
    if isinstance(schema, list):
        return next(filter(None, map(bad_schema, cast("list[object]", schema))), None)
    if not isinstance(schema, dict):
        return None
    parts = cast("dict[str, object]", schema)
    if unsupported := UNSUPPORTED & parts.keys():
        return f"not supported: {sorted(unsupported)}"
    if parts.get("type") == "object" and parts.get("additionalProperties") is not False:
        return "'additionalProperties' must be false"
    return bad_schema(list(parts.values()))
