"""Who can write study material. A provider is an entry here, its settings above it, and a file beside this one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from consumer.study.cost.prices import Price
from consumer.study.providers import StudyProvider
from consumer.study.providers.api import Access

OPENAI_URL = "https://api.openai.com/v1"
ProviderName = Literal["anthropic", "openai", "extractive"]


class StudySettings(BaseSettings):
    """Who writes cards and quiz. A provider's three settings begin with its name."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    study_provider: ProviderName | None = Field(
        default=None, description="anthropic, openai or extractive; unset: the one that has a key, else extractive"
    )
    anthropic_api_key: SecretStr | None = Field(default=None, description="key of Anthropic's API")
    anthropic_base_url: str = Field(
        default="https://api.anthropic.com", description="only for a gateway of your own in front of Anthropic's API"
    )
    anthropic_model: str = Field(default="claude-sonnet-5-5", description="which Claude; name its successor in time")
    openai_api_key: SecretStr | None = Field(default=None, description="key of OpenAI's API, or of what speaks like it")
    openai_base_url: str = Field(default=OPENAI_URL, description="any server that speaks OpenAI's protocol")
    study_verify: bool = Field(
        default=True, description="a second pass judges every note; 0 saves a third of the cost, and the page says so"
    )
    study_judge_model: str | None = Field(
        default=None, description="a cheaper model of the same provider for the second pass"
    )
    study_batches: bool = Field(
        default=False,
        description="order by Anthropic's Message Batches at half price, hours later; not for interactive messages",
    )
    study_language: str | None = Field(
        default=None, description="what cards and quiz are written in, such as en; unset: the lecture's language"
    )
    study_level: str | None = Field(default=None, description="for whom, such as: first-year students of biology")
    study_course: str | None = Field(default=None, description="the course the lectures belong to, as context")
    study_context_tokens: Annotated[int, Field(ge=6_000)] | None = Field(
        default=None, description="what a small model reads and writes at once, where its server does not say so itself"
    )
    cards_per_hour: Annotated[float, Field(gt=0, le=500)] | None = Field(
        default=None, description="of speech; unset: by how much there is to learn, about 40"
    )
    max_cost_usd: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="for one video: what is estimated to cost more is rejected before anything is asked"
    )
    max_cost_usd_per_day: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="for all videos: once it is spent (UTC), those that need a model wait for tomorrow"
    )
    openai_model: str = Field(default="gpt-6.2-sol", description="which GPT, or the other server's model")


@dataclass(frozen=True)
class Entry:
    """`label` says under the study page who wrote it, with the model for `{model}`; `prices` are by model.

    `make` imports the provider's SDK, which is slow to load, and raises nothing.
    """

    label: str
    make: Callable[[Access], StudyProvider]
    prices: Mapping[str, Price]


def _anthropic(access: Access) -> StudyProvider:
    from consumer.study.providers.anthropic import AnthropicProvider

    return AnthropicProvider(access)


def _openai(access: Access) -> StudyProvider:
    from consumer.study.providers.openai import OpenAIProvider

    return OpenAIProvider(access)


LANGUAGE_MODELS: dict[str, Entry] = {
    "anthropic": Entry(
        label="Written by Claude ({model}) from the lecture",
        make=_anthropic,
        prices={
            "claude-opus-5-5": Price(4.0, 20.0, 0.20, 5.0),
            "claude-opus-5": Price(5.0, 25.0, 0.50, 6.25),
            "claude-sonnet-5-5": Price(2.0, 10.0, 0.20, 2.50),
            "claude-sonnet-5": Price(2.0, 10.0, 0.20, 2.50),
        },
    ),
    "openai": Entry(
        label="Written by {model} from the lecture",
        make=_openai,
        prices={
            "gpt-6.2-sol": Price(2.0, 10.0, 0.10, 2.50),
            "gpt-6-sol": Price(2.0, 10.0, 0.20, 2.50),
            "gpt-6-luna": Price(0.10, 0.50, 0.01, 0.125),
        },
    ),
}
"""By the name that STUDY_PROVIDER gives, in the order in which a key is looked for."""
EXTRACTIVE_LABEL = "Index of terms and sentences with gaps, made without a language model"


def price_of(provider: str, model: str) -> Price | None:
    """What a model costs; None where that is not known."""
    entry = LANGUAGE_MODELS.get(provider)
    return entry.prices.get(model) if entry else None


def label(provider: str, model: str) -> str:
    """Who wrote the material, in words for a student."""
    entry = LANGUAGE_MODELS.get(provider)
    return entry.label.format(model=model) if entry else EXTRACTIVE_LABEL
