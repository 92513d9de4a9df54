"""Claude by the batch, through the real SDK: half the price, one batch for all who ask, a verdict for every entry."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from consumer.errors import ConfigError, EnvironmentFault, LecternError, NotYet, TransientError
from consumer.study.make import make_batches, make_provider
from consumer.study.providers.anthropic import AnthropicProvider
from consumer.study.providers.api import Access
from consumer.study.providers.batching import Order, Pace
from consumer.study.providers.refusals import Refused, TooLong, Unreadable
from consumer.study.providers.registry import LANGUAGE_MODELS, StudySettings
from consumer.study.schema import Draft
from infra.sandbox.standins import anthropic as api
from infra.sandbox.standins.anthropic import AnthropicStandin
from infra.sandbox.standins.anthropic_batches import Fate
from infra.sandbox.standins.model_api import Fault, model_api
from tests.support.consumer.study_samples import request

SUN = request("cards", 1, "The light of the sun is very fast indeed.")
MOON = request("cards", 1, "The light of the moon is that of the sun.")
QUICK = Pace(gather_s=0.05, poll_s=0.01)


@asynccontextmanager
async def _claude(standin: AnthropicStandin, pace: Pace = QUICK) -> AsyncGenerator[AnthropicProvider]:
    async with model_api(standin) as url:
        prices = LANGUAGE_MODELS["anthropic"].prices
        access = Access(SecretStr(api.KEY), "claude-sonnet-5-5", url, prices, patience_s=0.2, timeout_s=5)
        provider = AnthropicProvider(access, pace)
        try:
            yield provider
        finally:
            await provider.close()


async def _outcome(standin: AnthropicStandin) -> Draft | LecternError:
    async with _claude(standin) as claude:
        return await claude.collect(await claude.order(SUN), SUN)


async def test_what_is_asked_together_goes_as_one_batch_and_everybody_gets_the_own_answer() -> None:
    standin = AnthropicStandin()
    async with _claude(standin) as claude:
        orders = await asyncio.gather(claude.order(SUN), claude.order(MOON))
        drafts = await asyncio.gather(*map(claude.collect, orders, (SUN, MOON)))
    assert len(standin.batches.made) == 1
    said = [draft.cards[0].quote for draft in drafts if isinstance(draft, Draft)]
    assert said == [SUN.chunk.text, MOON.chunk.text]


async def test_an_answer_of_a_batch_costs_half_the_list_price_and_nothing_is_written_to_the_cache() -> None:
    standin = AnthropicStandin()
    async with _claude(standin) as claude:
        at_once = await claude.write(SUN)
        ordered = await claude.collect(await claude.order(SUN), SUN)
    assert isinstance(ordered, Draft)
    assert ordered.cards == at_once.cards
    used, price = ordered.usage, LANGUAGE_MODELS["anthropic"].prices["claude-sonnet-5-5"]
    listed = (used.input_tokens * price.input + used.output_tokens * price.output) / 1_000_000
    assert used.cost_usd == pytest.approx(listed / 2)
    assert "cache_control" not in standin.requests[-1]["messages"][0]["content"][0]


async def test_a_batch_is_looked_at_by_one_however_many_wait_and_by_the_others_when_that_one_leaves() -> None:
    standin = AnthropicStandin()
    standin.batches.takes = 3
    async with _claude(standin, Pace(gather_s=0.05, poll_s=0.05)) as claude:
        orders = await asyncio.gather(claude.order(SUN), claude.order(MOON))
        first, second = [asyncio.create_task(claude.collect(*each)) for each in zip(orders, (SUN, MOON), strict=True)]
        await asyncio.sleep(0)
        first.cancel()
        assert isinstance(await second, Draft)
    (batch,) = standin.batches.made.values()
    assert batch.looks == 0


async def test_another_process_collects_what_this_one_ordered() -> None:
    standin = AnthropicStandin()
    async with _claude(standin) as claude:
        order = await claude.order(SUN)
    async with _claude(standin) as claude:
        assert isinstance(await claude.collect(order, SUN), Draft)


async def test_a_batch_that_takes_long_is_come_back_for() -> None:
    standin = AnthropicStandin()
    standin.batches.takes = 9
    async with _claude(standin, Pace(gather_s=0.05, poll_s=0.01, wait_s=0)) as claude:
        order = await claude.order(SUN)
        with pytest.raises(NotYet, match="ordered at half price") as caught:
            await claude.collect(order, SUN)
        assert caught.value.until is not None


@pytest.mark.parametrize(
    ("fate", "kind", "words"),
    [
        ("expired", TransientError, "Anthropic wrote nothing: Anthropic did not come to it within a day"),
        ("canceled", TransientError, "the batch was canceled"),
        (api.OVERLOADED, TransientError, "Anthropic is busy: Overloaded"),
        (api.BROKEN, TransientError, "Anthropic is busy: Internal server error"),
        (Fault(400, "invalid_request_error", "messages: nonsense."), Refused, "refused the request: messages"),
        (Fault(400, "invalid_request_error", "prompt is too long: 9 > 8 maximum"), TooLong, "so much at once"),
        (api.NO_CREDIT, EnvironmentFault, "no credit left"),
        (api.PAYMENT, EnvironmentFault, "no credit left"),
        (Fault(404, "not_found_error", "model: claude-sonnet-5-5"), EnvironmentFault, "There is no model"),
    ],
    ids=["expired", "canceled", "overloaded", "broken", "refused", "too long", "400 credit", "402", "model"],
)
async def test_every_end_of_an_entry_has_a_verdict(fate: Fate, kind: type[LecternError], words: str) -> None:
    standin = AnthropicStandin()
    standin.batches.fates["sun"] = fate
    outcome = await _outcome(standin)
    assert type(outcome) is kind
    assert words in str(outcome)


async def test_an_unreadable_answer_has_cost_half_as_well() -> None:
    outcome = await _outcome(AnthropicStandin(write=lambda _: "I am sorry to say that I cannot do this. " * 40))
    assert isinstance(outcome, Unreadable)
    assert outcome.usage.cost_usd == pytest.approx(outcome.usage.output_tokens * 5e-6, rel=0.7)
    assert outcome.usage.cost_usd > 0


@pytest.mark.parametrize("lost", ["deleted", "archived", "another's"])
async def test_a_batch_that_the_api_has_forgotten_will_never_answer(lost: str) -> None:
    standin = AnthropicStandin()
    async with _claude(standin) as claude:
        order = await claude.order(SUN)
        if lost == "deleted":
            standin.batches.made.clear()
        for batch in standin.batches.made.values():
            batch.archived = lost == "archived"
        asked = Order(batch=order.batch, entry="request-7") if lost == "another's" else order
        outcome = await claude.collect(asked, SUN)
    assert isinstance(outcome, TransientError)
    assert "does not know the batch" in str(outcome)


async def test_results_that_break_off_leave_the_order_as_it_was() -> None:
    standin = AnthropicStandin()
    standin.batches.broken = True
    async with _claude(standin) as claude:
        order = await claude.order(SUN)
        with pytest.raises(TransientError, match="results that cannot be read"):
            await claude.collect(order, SUN)
        standin.batches.broken = False
        assert isinstance(await claude.collect(order, SUN), Draft)


async def test_a_batch_that_is_not_taken_fails_for_everybody_in_it() -> None:
    standin = AnthropicStandin(faults=[api.NO_CREDIT])
    async with _claude(standin) as claude:
        both = await asyncio.gather(claude.order(SUN), claude.order(MOON), return_exceptions=True)
    assert [type(each) for each in both] == [EnvironmentFault, EnvironmentFault]


@pytest.mark.parametrize(("named", "key"), [("openai", "openai_api_key"), ("extractive", "anthropic_api_key")])
async def test_a_provider_without_batches_is_named_at_the_start(named: str, key: str) -> None:
    settings = StudySettings.model_validate({"study_provider": named, key: "k", "study_batches": True})
    provider = make_provider(settings)
    with pytest.raises(ConfigError, match=f"STUDY_BATCHES=1 needs STUDY_PROVIDER=anthropic, and it is {named}"):
        make_batches(settings, provider)
    await provider.close()
