"""Choosing who writes."""

import pytest
from pydantic import SecretStr

from consumer.errors import ConfigError
from consumer.study import make_provider
from consumer.study.providers.registry import LANGUAGE_MODELS, ProviderName, StudySettings

KEY = SecretStr("sk-something")


pytestmark = pytest.mark.usefixtures("clean_environment")


def settings(provider: ProviderName | None = None, **keys: object) -> StudySettings:
    """Settings of which only these are set."""
    return StudySettings.model_validate({"study_provider": provider, **keys})


async def _chosen(values: StudySettings) -> tuple[str, str]:
    provider = make_provider(values)
    await provider.close()
    return provider.name, provider.model


async def test_a_key_is_enough_to_be_chosen() -> None:
    assert await _chosen(settings(anthropic_api_key=KEY)) == ("anthropic", "claude-sonnet-5-5")
    assert await _chosen(settings(openai_api_key=KEY)) == ("openai", "gpt-6.2-sol")


async def test_a_named_provider_wins_over_the_other_ones_key() -> None:
    assert await _chosen(settings("openai", anthropic_api_key=KEY, openai_api_key=KEY)) == ("openai", "gpt-6.2-sol")
    assert await _chosen(settings("extractive", anthropic_api_key=KEY)) == ("extractive", "glossary-1")


async def test_the_model_is_a_setting() -> None:
    assert await _chosen(settings(anthropic_api_key=KEY, anthropic_model="claude-opus-5-5")) == (
        "anthropic",
        "claude-opus-5-5",
    )


def test_nothing_set_means_extractive_with_a_warning() -> None:
    (warning,) = make_provider(settings(anthropic_api_key=SecretStr(""))).warnings
    assert warning.startswith("Neither STUDY_PROVIDER nor a key is set")


def test_extractive_by_choice_has_no_warning() -> None:
    assert make_provider(settings("extractive")).warnings == ()


def test_every_language_model_has_its_three_settings_and_a_price_for_the_default_model() -> None:
    fields = StudySettings.model_fields
    for name, entry in LANGUAGE_MODELS.items():
        assert {f"{name}_api_key", f"{name}_base_url", f"{name}_model"} <= set(fields)
        assert fields[f"{name}_model"].default in entry.prices


@pytest.mark.parametrize(("name", "variable"), [("anthropic", "ANTHROPIC_API_KEY"), ("openai", "OPENAI_API_KEY")])
def test_a_named_provider_without_its_key_is_a_configuration_error(name: ProviderName, variable: str) -> None:
    with pytest.raises(ConfigError, match=f"STUDY_PROVIDER={name} needs {variable}, which is not set."):
        make_provider(settings(name, anthropic_api_key=SecretStr(" "), openai_api_key=SecretStr("")))
