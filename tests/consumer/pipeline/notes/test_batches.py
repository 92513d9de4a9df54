"""Study material at half price: ordered, waited for, come back for, and paid once whatever happens in between."""

import asyncio
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from consumer.database.videos import Claim
from consumer.errors import NotYet, TransientError
from consumer.pipeline.pipeline import Tools, run
from consumer.pipeline.write_study import write_study
from consumer.study.providers.anthropic import AnthropicProvider
from consumer.study.providers.api import Access
from consumer.study.providers.batching import Pace
from consumer.study.providers.registry import LANGUAGE_MODELS
from consumer.worker.lease import Lease
from infra.sandbox.paths import ROOT
from infra.sandbox.standins import anthropic as api
from infra.sandbox.standins.anthropic import AnthropicStandin
from infra.sandbox.standins.model_api import model_api
from infra.sandbox.waiting import wait_until
from tests.support.consumer.bucket import Bucket
from tests.support.consumer.fake_transcriber import FakeTranscriber
from tests.support.consumer.job_fakes import CLAIM, JOB, FakeVideos, Holder
from tests.support.consumer.study_samples import TALK
from tests.support.consumer.writers.batch_buyer import LECTURE, buy


def _claude(url: str, pace: Pace = Pace(gather_s=0.05, poll_s=0.02)) -> AnthropicProvider:  # noqa: B008  frozen
    return AnthropicProvider(
        Access(SecretStr(api.KEY), "claude-sonnet-5-5", url, LANGUAGE_MODELS["anthropic"].prices), pace
    )


async def test_a_lecture_ordered_by_the_batch_has_as_many_notes_and_costs_much_less(tmp_path: Path) -> None:
    standin = AnthropicStandin()
    async with model_api(standin) as url:
        paid, ordered = await buy(url, tmp_path)
        claude = _claude(url)
        at_once = await write_study(LECTURE, TALK, claude, lambda _: None)
        await claude.close()
    assert (len(ordered.cards), len(ordered.quiz), ordered.verified) == (len(at_once.cards), len(at_once.quiz), True)
    assert paid == pytest.approx(ordered.usage.cost_usd)
    assert ordered.usage.cost_usd < 0.65 * at_once.usage.cost_usd
    assert len(standin.batches.made) == len(ordered.stages) + 1, "outline, cards, quiz, verdicts"


async def test_a_consumer_killed_while_it_waits_goes_on_with_the_same_batch(tmp_path: Path) -> None:
    standin = AnthropicStandin()
    standin.batches.takes = 10**9
    async with model_api(standin) as url:
        command = [sys.executable, "-m", "tests.support.consumer.writers.batch_buyer", url, str(tmp_path)]
        for stage in (1, 2):  # while it waits for the outline, and while it waits for the cards
            first = await asyncio.create_subprocess_exec(*command, env=os.environ, cwd=ROOT)
            await wait_until(lambda stage=stage: _orders(tmp_path) >= 3 * stage - 2, what="orders are kept")
            first.kill()
            await first.wait()
            for batch in standin.batches.made.values():
                batch.looks = 1
        standin.batches.takes = 1
        paid, made = await buy(url, tmp_path)
    sent = [json.dumps(body) for body in standin.requests]
    assert len(sent) == len(set(sent)), "nothing is ordered twice"
    assert made.cards
    assert paid < made.usage.cost_usd


async def test_a_stop_waits_until_an_order_under_way_is_kept_and_not_for_its_answer(tmp_path: Path) -> None:
    standin = AnthropicStandin(delay_s=0.3)
    standin.batches.takes = 10**9
    async with model_api(standin) as url:
        attempt = asyncio.create_task(buy(url, tmp_path))
        await wait_until(lambda: standin.calls == 1, what="the batch is on its way")
        attempt.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(attempt, 5)
    assert (len(standin.batches.made), _orders(tmp_path)) == (1, 1)


def _orders(folder: Path) -> int:
    return len([path for path in (folder / "kept").glob("order-*.json") if path.stat().st_size])


async def test_one_errored_entry_is_ordered_anew_and_the_others_are_not(tmp_path: Path) -> None:
    standin = AnthropicStandin()
    standin.batches.fates["flashcards in the list"] = api.OVERLOADED
    async with model_api(standin) as url:
        with pytest.raises(TransientError, match="Anthropic is busy: Overloaded"):
            await buy(url, tmp_path)
        standin.batches.fates.clear()
        paid, made = await buy(url, tmp_path)
    sent = [json.dumps(body) for body in standin.requests]
    assert len(sent) == len(set(sent))
    assert 0 < paid < made.usage.cost_usd


async def test_an_expired_batch_costs_nothing_and_the_next_attempt_orders_another(tmp_path: Path) -> None:
    standin = AnthropicStandin()
    standin.batches.fates["transcript"] = "expired"
    async with model_api(standin) as url:
        with pytest.raises(TransientError, match="within a day"):
            await buy(url, tmp_path)
        assert standin.requests == []
        standin.batches.fates.clear()
        paid, made = await buy(url, tmp_path)
    assert paid == pytest.approx(made.usage.cost_usd)


async def test_a_bulk_message_waits_for_its_batch_as_scheduled_and_an_interactive_one_does_not_wait(
    model: FakeTranscriber, tools: Tools
) -> None:
    standin, videos, bucket = AnthropicStandin(), FakeVideos(), Bucket()
    model.may_answer.set()
    standin.batches.takes = 10**9
    async with model_api(standin) as url:
        claude = _claude(url, Pace(gather_s=0.05, poll_s=0.02, wait_s=0))
        chosen = replace(tools, provider=claude, batches=claude)
        with pytest.raises(NotYet, match="STUDY_BATCHES"):
            await run(JOB, CLAIM, Lease(Holder(), 30), videos=videos, witness=videos, store=bucket, tools=chosen)
        assert videos.spent == {}
        standin.batches.takes = 1
        for batch in standin.batches.made.values():
            batch.looks = 1
        again = Claim("v1", 8, 1)
        await run(JOB, again, Lease(Holder(), 30), videos=videos, witness=videos, store=bucket, tools=chosen)
        ordered, spent = len(standin.batches.made), sum(videos.spent.values())
        hurried = replace(JOB, video_id="v2", priority="interactive")
        other = Bucket()
        await run(hurried, CLAIM, Lease(Holder(), 30), videos=videos, witness=videos, store=other, tools=chosen)
        await claude.close()
    assert len(standin.batches.made) == ordered
    late, soon = (
        json.loads(each.objects[done.keys["manifest.json"]])
        for each, done in zip((bucket, other), videos.done, strict=True)
    )
    assert late["cost_usd"] == pytest.approx(spent, abs=1e-5)
    assert late["cost_usd"] < soon["cost_usd"]
