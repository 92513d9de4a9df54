"""Models age: a retired one is said at the start, in one line that names the setting."""

import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from consumer import app
from consumer.errors import EnvironmentFault, TransientError
from consumer.study.providers.anthropic import AnthropicProvider
from consumer.study.providers.api import Access
from consumer.study.providers.extractive import ExtractiveProvider
from infra.sandbox.standins import anthropic as api
from infra.sandbox.standins.anthropic import AnthropicStandin
from infra.sandbox.standins.model_api import model_api

ASK = """
import sys
from consumer.errors import ConfigError
from consumer.settings import StudySettings, read_settings
from consumer.study import make_provider
try:
    make_provider(read_settings(StudySettings))
except ConfigError:
    print([name for name in ("anthropic", "openai") if name in sys.modules])
"""


@pytest.fixture
async def url() -> AsyncGenerator[str]:
    async with model_api(AnthropicStandin()) as address:
        yield address


@asynccontextmanager
async def claude(url: str, model: str = "claude-sonnet-5-5", key: str = api.KEY) -> AsyncGenerator[AnthropicProvider]:
    provider = AnthropicProvider(Access(SecretStr(key), model, url))
    try:
        yield provider
    finally:
        await provider.close()


async def test_a_current_model_is_fine(url: str) -> None:
    async with claude(url) as provider:
        assert await provider.check() == ()


async def test_a_model_that_will_be_retired_is_a_warning(url: str) -> None:
    async with claude(url, "claude-haiku-4-5") as provider:
        with capture_logs() as logs:
            await app.check_model(provider)
    assert [entry["event"] for entry in logs] == ["study.model"]
    assert "set ANTHROPIC_MODEL to a current one" in logs[0]["warning"]


@pytest.mark.parametrize("model", ["claude-sonnet-3-9", "claude-never-was"])
async def test_a_model_that_is_gone_stops_the_start_and_names_the_setting(url: str, model: str) -> None:
    async with claude(url, model) as provider:
        with pytest.raises(EnvironmentFault, match=f"{model}.*: set ANTHROPIC_MODEL to a current one"):
            await app.check_model(provider)


async def test_a_wrong_key_stops_the_start_and_names_the_setting(url: str) -> None:
    async with claude(url, key="sk-wrong") as provider:
        with pytest.raises(EnvironmentFault, match="ANTHROPIC_API_KEY is not accepted"):
            await app.check_model(provider)


async def test_an_api_that_does_not_answer_is_only_a_warning() -> None:
    async with claude("http://127.0.0.1:1") as provider:
        with pytest.raises(TransientError, match="Anthropic cannot be reached"):
            await provider.check()
        with capture_logs() as logs:
            await app.check_model(provider)
    assert [entry["event"] for entry in logs] == ["study.unreachable"]


async def test_without_a_model_there_is_nothing_to_check() -> None:
    assert await ExtractiveProvider().check() == ()


def test_a_missing_key_is_said_before_the_sdk_is_loaded() -> None:
    environment = {"PATH": os.environ["PATH"], "STUDY_PROVIDER": "anthropic"}
    done = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
