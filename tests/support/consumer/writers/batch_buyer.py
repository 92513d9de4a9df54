"""Orders the study material of a long lecture by the batch: `python -m …writers.batch_buyer URL FOLDER`.

Answers and orders are kept in FOLDER. Prints what new answers cost and what the material says it cost.
"""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from consumer.material import StudyMaterial
from consumer.pipeline.checkpoint import Checkpoints, FolderCheckpoints
from consumer.pipeline.paid_once import Answer, paid_once
from consumer.pipeline.write_study import write_study
from consumer.study.plan import ORDINARY
from consumer.study.providers.anthropic import AnthropicProvider
from consumer.study.providers.api import Access
from consumer.study.providers.batching import Pace
from consumer.study.providers.registry import LANGUAGE_MODELS
from infra.sandbox.standins import anthropic as api
from tests.support.consumer.study_samples import TALK, long_lecture

LECTURE = long_lecture(1_200)


async def buy(url: str, folder: Path) -> tuple[float, StudyMaterial]:
    """What was paid now, and what was made."""
    access = Access(SecretStr(api.KEY), "claude-sonnet-5-5", url, LANGUAGE_MODELS["anthropic"].prices)
    claude = AnthropicProvider(access, Pace(gather_s=0.1, poll_s=0.02))
    bills: list[float] = []

    async def paid(answer: Answer) -> None:
        bills.extend([answer.usage.cost_usd] * answer.is_new)

    kept = Checkpoints(FolderCheckpoints(folder), "kept")
    provider = paid_once(claude, kept, paid, batches=claude)
    try:
        made = await write_study(LECTURE, TALK, provider, lambda _: None, replace(ORDINARY, batched=True))
    finally:
        await claude.close()
    return sum(bills), made


if __name__ == "__main__":
    bought, material = asyncio.run(buy(sys.argv[1], Path(sys.argv[2])))
    print(bought, material.usage.cost_usd)
