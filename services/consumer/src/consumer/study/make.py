"""Chooses who writes the study material."""

from typing import Protocol

from pydantic import SecretStr

from consumer.errors import ConfigError
from consumer.study.providers import ProviderName, StudyProvider

ANTHROPIC_MODEL = "claude-sonnet-5-5"
OPENAI_MODEL = "gpt-6.2-sol"
UNASKED = (
    "Neither STUDY_PROVIDER nor a key is set: cards and quiz were made from the lecture's own sentences, without a "
    "language model. Set ANTHROPIC_API_KEY or OPENAI_API_KEY for better ones."
)


class StudySettings(Protocol):
    """The part of the settings that decides. Empty text counts as unset."""

    @property
    def study_provider(self) -> ProviderName | None:
        """STUDY_PROVIDER."""
        ...

    @property
    def anthropic_api_key(self) -> SecretStr | None:
        """ANTHROPIC_API_KEY."""
        ...

    @property
    def anthropic_base_url(self) -> str | None:
        """ANTHROPIC_BASE_URL; None is Anthropic's own."""
        ...

    @property
    def anthropic_model(self) -> str | None:
        """ANTHROPIC_MODEL; None is ours."""
        ...

    @property
    def openai_api_key(self) -> SecretStr | None:
        """OPENAI_API_KEY."""
        ...

    @property
    def openai_base_url(self) -> str | None:
        """OPENAI_BASE_URL; None is OpenAI's own."""
        ...

    @property
    def openai_model(self) -> str | None:
        """OPENAI_MODEL; None is ours."""
        ...


def make_provider(settings: StudySettings) -> StudyProvider:
    """The provider that was named, else the one that there is a key for; ConfigError for a name without its key."""
    match settings.study_provider or _with_key(settings):
        case "anthropic":
            return _anthropic(settings)
        case "openai":
            return _openai(settings)
        case "extractive":
            return _extractive(())
        case None:
            return _extractive((UNASKED,))


def _with_key(settings: StudySettings) -> ProviderName | None:
    if _key(settings.anthropic_api_key):
        return "anthropic"
    return "openai" if _key(settings.openai_api_key) else None


def _anthropic(settings: StudySettings) -> StudyProvider:
    key = _needed(settings.anthropic_api_key, "ANTHROPIC_API_KEY", "anthropic")
    from consumer.study.providers.anthropic import AnthropicProvider

    return AnthropicProvider(
        key=key,
        model=settings.anthropic_model or ANTHROPIC_MODEL,
        base_url=settings.anthropic_base_url or None,
    )


def _openai(settings: StudySettings) -> StudyProvider:
    key = _needed(settings.openai_api_key, "OPENAI_API_KEY", "openai")
    from consumer.study.providers.openai import OpenAIProvider

    return OpenAIProvider(
        key=key,
        model=settings.openai_model or OPENAI_MODEL,
        base_url=settings.openai_base_url or None,
    )


def _extractive(warnings: tuple[str, ...]) -> StudyProvider:
    from consumer.study.providers.extractive import ExtractiveProvider

    return ExtractiveProvider(warnings)


def _needed(key: SecretStr | None, variable: str, provider: str) -> SecretStr:
    if key is None or not _key(key):
        raise ConfigError(f"STUDY_PROVIDER={provider} needs {variable}, which is not set.")
    return key


def _key(key: SecretStr | None) -> bool:
    return key is not None and bool(key.get_secret_value().strip())
