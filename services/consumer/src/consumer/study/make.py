"""Chooses who writes the study material."""

from pydantic import SecretStr

from consumer.errors import ConfigError
from consumer.study.plan import StudyPlan
from consumer.study.providers import StudyProvider
from consumer.study.providers.api import Access
from consumer.study.providers.batching import BatchProvider
from consumer.study.providers.extractive import ExtractiveProvider
from consumer.study.providers.registry import LANGUAGE_MODELS, StudySettings
from consumer.study.schema import Style

KEYS = " or ".join(f"{name.upper()}_API_KEY" for name in LANGUAGE_MODELS)
UNASKED = (
    "Neither STUDY_PROVIDER nor a key is set: this is an index of terms and sentences with gaps, made without a "
    "language model. It finds what the lecture defines in so many words, and nothing else. "
    f"Set {KEYS} for cards and a quiz about all that it says."
)


def make_provider(settings: StudySettings) -> StudyProvider:
    """The provider that was named, else the first that there is a key for, else the one that needs none.

    Raises ConfigError for a name without its key.
    """
    name = settings.study_provider or next((name for name in LANGUAGE_MODELS if _key(settings, name)), None)
    if name is None:
        return ExtractiveProvider((UNASKED,))
    if name == "extractive":
        return ExtractiveProvider()
    key = _key(settings, name)
    if key is None:
        raise ConfigError(f"STUDY_PROVIDER={name} needs {name.upper()}_API_KEY, which is not set.")
    values, entry = settings.model_dump(), LANGUAGE_MODELS[name]
    return entry.make(Access(key, values[f"{name}_model"], values[f"{name}_base_url"], entry.prices))


def make_batches(settings: StudySettings, provider: StudyProvider) -> BatchProvider | None:
    """The provider as one that takes batches, where they are asked for. Raises ConfigError where it takes none."""
    if not settings.study_batches:
        return None
    if not isinstance(provider, BatchProvider):
        raise ConfigError(f"STUDY_BATCHES=1 needs STUDY_PROVIDER=anthropic, and it is {provider.name}.")
    return provider


def make_plan(settings: StudySettings) -> StudyPlan:
    """How much is written, for whom, and at what cost at most."""
    return StudyPlan(
        cards_per_hour=settings.cards_per_hour,
        style=Style(settings.study_language, settings.study_level, settings.study_course),
        verify=settings.study_verify,
        judge_model=settings.study_judge_model,
        max_cost_usd=settings.max_cost_usd,
        context_tokens=settings.study_context_tokens,
    )


def _key(settings: StudySettings, name: str) -> SecretStr | None:
    """The key of a provider, None where there is none but blanks."""
    key: SecretStr | None = settings.model_dump()[f"{name}_api_key"]
    return key if key and key.get_secret_value().strip() else None
