"""What an hour of lecture costs with the default model at its list price: the real prompts, counted.

`python -m tests.bench.study.cost`. Target: ≤ 0.35 US dollars an hour. The stand-in for Anthropic's API counts a token
for four characters (English has 4 to 4.5) and knows which prefix it has cached; it writes as many notes as it is asked
for, with backs that are whole sentences. Thinking is not counted: requests do not ask for it.
"""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from consumer.material import StudyMaterial
from consumer.pipeline.checkpoint import Checkpoints, FolderCheckpoints
from consumer.pipeline.paid_once import Answer, paid_once
from consumer.pipeline.write_study import write_study
from consumer.study.allocate import assign
from consumer.study.cost.estimate import estimate_usd, wanted
from consumer.study.plan import StudyPlan
from consumer.study.providers.anthropic import AnthropicProvider
from consumer.study.providers.api import Access
from consumer.study.providers.batching import Pace
from consumer.study.providers.registry import LANGUAGE_MODELS, StudySettings
from consumer.study.split import parts, trusted
from infra.sandbox.standins import anthropic as api
from infra.sandbox.standins.anthropic import AnthropicStandin
from infra.sandbox.standins.model_api import model_api
from tests.bench.report import table
from tests.bench.study import lectures

STAGES = ("outline", "write", "verify", "repair")


def main() -> None:
    """Print a row a lecture."""
    names = lectures.names()
    head = ("lecture", "hours", "cards", "items", *STAGES, "in all", "an hour", "estimated before", "by batches")
    table(
        head,
        [_row(name, *(asyncio.run(_written(name, batched=batched)) for batched in (False, True))) for name in names],
    )


async def _written(name: str, *, batched: bool) -> StudyMaterial:
    async with model_api(AnthropicStandin()) as url:
        model, prices = StudySettings().anthropic_model, LANGUAGE_MODELS["anthropic"].prices
        claude = AnthropicProvider(Access(SecretStr(api.KEY), model, url, prices), Pace(gather_s=0.1, poll_s=0.05))
        with TemporaryDirectory() as folder:
            kept = Checkpoints(FolderCheckpoints(Path(folder)), "kept")
            provider = paid_once(claude, kept, _nothing, batches=claude if batched else None)
            heard, source, plan = lectures.transcript(name), lectures.source(name), StudyPlan(batched=batched)
            made = await write_study(heard, source, provider, lambda _: None, plan)
        await claude.close()
    return made


async def _nothing(_: Answer) -> None:
    """Nobody keeps accounts."""


def _row(name: str, made: StudyMaterial, ordered: StudyMaterial) -> tuple[object, ...]:
    transcript = lectures.transcript(name)
    hours = transcript.duration_s / 3600
    read = parts(trusted(transcript))
    price = LANGUAGE_MODELS["anthropic"].prices[made.model]
    before = estimate_usd(read, *wanted(assign(read, None, StudyPlan())), price, price)
    cost = made.usage.cost_usd
    stages = [f"{made.stages[stage].cost_usd:.3f}" if stage in made.stages else "" for stage in STAGES]
    sizes = (f"{hours:.2f}", len(made.cards), len(made.quiz))
    return (
        name,
        *sizes,
        *stages,
        f"{cost:.3f}",
        f"{cost / hours:.3f}",
        f"{before:.3f}",
        f"{ordered.usage.cost_usd:.3f}",
    )


if __name__ == "__main__":
    main()
