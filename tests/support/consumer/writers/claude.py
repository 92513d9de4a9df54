"""Study material as Claude writes it: its stand-in, asked by the real provider."""

from pydantic import SecretStr

from consumer.material import StudyMaterial
from consumer.models import Source, Transcript
from consumer.pipeline.write_study import write_study
from consumer.study.plan import ORDINARY, StudyPlan
from consumer.study.providers.anthropic import AnthropicProvider
from consumer.study.providers.api import Access
from infra.sandbox.standins import anthropic as api
from infra.sandbox.standins.anthropic import AnthropicStandin
from infra.sandbox.standins.model_api import model_api


async def by_claude(
    said: Transcript, source: Source, standin: AnthropicStandin | None = None, plan: StudyPlan = ORDINARY
) -> StudyMaterial:
    """What it makes of a lecture."""
    async with model_api(standin or AnthropicStandin()) as url:
        provider = AnthropicProvider(Access(SecretStr(api.KEY), "claude-sonnet-5-5", url))
        try:
            return await write_study(said, source, provider, lambda _: None, plan)
        finally:
            await provider.close()
