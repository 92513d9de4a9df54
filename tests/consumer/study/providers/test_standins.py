"""The stand-ins refuse what the real servers refuse, and our providers survive servers that answer nonsense."""

from collections.abc import AsyncGenerator

import anthropic
import httpx
import openai
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from consumer.errors import TransientError
from consumer.study.providers.anthropic import AnthropicProvider
from consumer.study.providers.api import Access
from consumer.study.providers.openai import OpenAIProvider
from infra.sandbox.standins import anthropic as claude_api
from infra.sandbox.standins import openai as gpt_api
from infra.sandbox.standins.anthropic import AnthropicStandin
from infra.sandbox.standins.model_api import model_api
from infra.sandbox.standins.openai import OpenAIStandin
from infra.sandbox.standins.serving import serving
from tests.support.consumer.study_samples import request


@pytest.fixture
async def claude() -> AsyncGenerator[anthropic.AsyncAnthropic]:
    """The SDK's client, pointed at the stand-in."""
    async with (
        model_api(AnthropicStandin(write=lambda _: "{}")) as url,
        anthropic.AsyncAnthropic(api_key=claude_api.KEY, base_url=url, max_retries=0) as client,
    ):
        yield client


@pytest.fixture
async def gpt() -> AsyncGenerator[openai.AsyncOpenAI]:
    """The same for OpenAI's."""
    async with (
        model_api(OpenAIStandin(write=lambda _: "{}")) as url,
        openai.AsyncOpenAI(api_key=gpt_api.KEY, base_url=url, max_retries=0) as client,
    ):
        yield client


async def _ask_claude(client: anthropic.AsyncAnthropic, **extra: object) -> None:
    await client.messages.create(
        model="claude-sonnet-5-5", max_tokens=10, messages=[{"role": "user", "content": "Hi"}], extra_body=extra
    )


async def _ask_gpt(client: openai.AsyncOpenAI, **extra: object) -> None:
    await client.chat.completions.create(
        model="gpt-6.2-sol", messages=[{"role": "user", "content": "Hi"}], extra_body=extra
    )


async def test_a_plain_question_is_answered(claude: anthropic.AsyncAnthropic, gpt: openai.AsyncOpenAI) -> None:
    await _ask_claude(claude)
    await _ask_gpt(gpt)


@pytest.mark.parametrize(
    "extra",
    [
        {"temperature": 0.5},
        {"max_tokens": 1_000_000},
        {"max_tokens": 0},
        {"messages": []},
        {"response_format": {"type": "json_object"}},
        {"output_config": {"format": {"type": "json_schema", "schema": {"type": "array", "minItems": 2}}}},
        {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}},
    ],
)
async def test_claude_refuses_unknown_fields_and_bad_values(
    claude: anthropic.AsyncAnthropic, extra: dict[str, object]
) -> None:
    with pytest.raises(anthropic.BadRequestError):
        await _ask_claude(claude, **extra)


@pytest.mark.parametrize(
    "extra",
    [
        {"temperature": 0.5},
        {"max_tokens": 10},
        {"output_config": {}},
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "x", "schema": {"type": "object"}, "strict": True},
            }
        },
    ],
)
async def test_gpt_refuses_unknown_fields_and_loose_schemas(gpt: openai.AsyncOpenAI, extra: dict[str, object]) -> None:
    with pytest.raises(openai.BadRequestError):
        await _ask_gpt(gpt, **extra)


async def test_claude_wants_the_version_header() -> None:
    async with model_api(AnthropicStandin()) as url, httpx.AsyncClient() as client:
        answer = await client.post(f"{url}/v1/messages", headers={"authorization": f"Bearer {claude_api.KEY}"}, json={})
    assert answer.status_code == 400
    assert "anthropic-version" in answer.json()["error"]["message"]


async def test_a_models_life_cycle_can_be_asked_for(claude: anthropic.AsyncAnthropic) -> None:
    assert (await claude.models.retrieve("claude-sonnet-5-5")).lifecycle == "active"
    assert (await claude.models.retrieve("claude-sonnet-3-9")).lifecycle == "retired"


@pytest.mark.parametrize("kind", [AnthropicProvider, OpenAIProvider])
async def test_a_page_of_html_instead_of_an_answer_is_transient(kind: type[AnthropicProvider | OpenAIProvider]) -> None:
    async def captive(_: Request) -> Response:
        return HTMLResponse("<h1>Please sign in to the hotel's network</h1>")

    async with serving(Starlette(routes=[Route("/{path:path}", captive, methods=["POST"])])) as url:
        provider = kind(Access(SecretStr("k"), "gpt-6.2-sol", url, patience_s=0))
        with pytest.raises(TransientError, match="answer"):
            await provider.write(request("cards", 1, "The light of the sun is very fast."))
        await provider.close()
