"""Choosing who writes."""

from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from consumer.errors import ConfigError
from consumer.study import make_provider
from consumer.study.providers import ProviderName


@dataclass(frozen=True)
class Values:
    """The settings that decide."""

    study_provider: ProviderName | None = None
    anthropic_api_key: SecretStr | None = None
    anthropic_base_url: str | None = None
    anthropic_model: str | None = None
    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    openai_model: str | None = None


KEY = SecretStr("sk-something")


async def _chosen(values: Values) -> tuple[str, str]:
    provider = make_provider(values)
    await provider.close()
    return provider.name, provider.model


async def test_a_key_is_enough_to_be_chosen() -> None:
    assert await _chosen(Values(anthropic_api_key=KEY)) == ("anthropic", "claude-sonnet-5-5")
    assert await _chosen(Values(openai_api_key=KEY)) == ("openai", "gpt-6.2-sol")


async def test_a_named_provider_wins_over_the_other_ones_key() -> None:
    assert await _chosen(Values("openai", anthropic_api_key=KEY, openai_api_key=KEY)) == ("openai", "gpt-6.2-sol")
    assert await _chosen(Values("extractive", anthropic_api_key=KEY)) == ("extractive", "cloze-1")


async def test_the_model_is_a_setting() -> None:
    assert await _chosen(Values(anthropic_api_key=KEY, anthropic_model="claude-opus-5-5")) == (
        "anthropic",
        "claude-opus-5-5",
    )


def test_nothing_set_means_extractive_with_a_warning() -> None:
    (warning,) = make_provider(Values(anthropic_api_key=SecretStr(""))).warnings
    assert warning.startswith("Neither STUDY_PROVIDER nor a key is set")


def test_extractive_by_choice_has_no_warning() -> None:
    assert make_provider(Values("extractive")).warnings == ()


@pytest.mark.parametrize(("name", "variable"), [("anthropic", "ANTHROPIC_API_KEY"), ("openai", "OPENAI_API_KEY")])
def test_a_named_provider_without_its_key_is_a_configuration_error(name: ProviderName, variable: str) -> None:
    with pytest.raises(ConfigError, match=f"STUDY_PROVIDER={name} needs {variable}, which is not set."):
        make_provider(Values(name, anthropic_api_key=SecretStr(" "), openai_api_key=SecretStr("")))
