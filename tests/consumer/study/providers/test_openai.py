"""GPT and compatible servers through the real SDK, against a server that speaks the real protocol."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from consumer.errors import EnvironmentFault, TransientError
from consumer.pipeline.write_study import write_study
from consumer.study.providers import openai
from consumer.study.providers.api import Access
from consumer.study.providers.openai import OpenAIProvider
from consumer.study.providers.registry import LANGUAGE_MODELS
from infra.sandbox.standins import openai as api
from infra.sandbox.standins.model_api import Fault, model_api
from infra.sandbox.standins.openai import OpenAIStandin
from tests.support.consumer.study_samples import TALK, lecture, long_lecture, request, transcript

SUN = "The light of the sun is very fast indeed."


@asynccontextmanager
async def _gpt(
    standin: OpenAIStandin,
    *,
    key: str = api.KEY,
    model: str = "gpt-6.2-sol",
    patience_s: float = 5.0,
    timeout_s: float = 5.0,
) -> AsyncGenerator[OpenAIProvider]:
    async with model_api(standin) as url:
        prices = LANGUAGE_MODELS["openai"].prices
        provider = OpenAIProvider(Access(SecretStr(key), model, url, prices, patience_s, timeout_s))
        try:
            yield provider
        finally:
            await provider.close()


async def test_a_lecture_becomes_cards_and_quiz_with_proof_usage_and_cost() -> None:
    async with _gpt(OpenAIStandin()) as gpt:
        study = await write_study(lecture(), TALK, gpt, lambda _: None)
    assert (study.provider, study.model, study.warnings) == ("openai", "gpt-6.2-sol", ())
    assert (len(study.cards), len(study.quiz)) == (5, 3)
    assert study.usage.cost_usd > 0


async def test_the_answer_is_asked_for_by_a_strict_schema() -> None:
    standin = OpenAIStandin()
    async with _gpt(standin) as gpt:
        await gpt.write(request("quiz", 1, SUN))
    assert standin.requests[0]["response_format"]["json_schema"]["strict"] is True


async def test_the_second_task_reads_the_transcript_from_the_cache_at_its_price() -> None:
    async with _gpt(OpenAIStandin()) as gpt:
        study = await write_study(long_lecture(100), TALK, gpt, lambda _: None)
    usage = study.usage
    expected = (usage.input_tokens * 2.0 + usage.cached_tokens * 0.10 + usage.output_tokens * 10.0) / 1_000_000
    assert usage.cached_tokens > 1_000
    assert usage.cost_usd == pytest.approx(expected, abs=1e-6)


async def test_a_server_that_knows_no_schemas_is_asked_for_plain_json_from_then_on() -> None:
    standin = OpenAIStandin(knows_schemas=False)
    async with _gpt(standin) as gpt:
        study = await write_study(lecture(), TALK, gpt, lambda _: None)
    assert len(study.cards) == 5
    assert standin.calls == len(standin.requests) + 1
    assert {sent["response_format"]["type"] for sent in standin.requests} == {"json_object"}


async def test_a_short_rate_limit_is_waited_out() -> None:
    standin = OpenAIStandin(faults=[api.rate_limited("1"), api.OVERLOADED])
    async with _gpt(standin) as gpt:
        assert len((await gpt.write(request("cards", 1, SUN))).cards) == 1
    assert standin.calls == 3


async def test_a_long_rate_limit_goes_back_to_the_queue_with_the_time_asked_for() -> None:
    standin = OpenAIStandin(faults=[api.rate_limited("3600")] * 9)
    async with _gpt(standin) as gpt:
        with pytest.raises(TransientError, match="The OpenAI API is busy") as caught:
            await gpt.write(request("cards", 1, SUN))
    assert (caught.value.retry_after_s, standin.calls) == (3600, 1)


async def test_a_wrong_key_is_named() -> None:
    async with _gpt(OpenAIStandin(), key="sk-wrong") as gpt:
        with pytest.raises(EnvironmentFault, match="The key in OPENAI_API_KEY is not accepted"):
            await gpt.write(request("cards", 1, SUN))


async def test_an_empty_account_is_no_rate_limit() -> None:
    standin = OpenAIStandin(faults=[api.NO_QUOTA] * 9)
    async with _gpt(standin) as gpt:
        with pytest.raises(EnvironmentFault, match="The account of OPENAI_API_KEY has no credit left"):
            await gpt.write(request("cards", 1, SUN))
    assert standin.calls == 1


async def test_an_unknown_model_names_the_settings() -> None:
    async with _gpt(OpenAIStandin(), model="gpt-4") as gpt:
        with pytest.raises(
            EnvironmentFault,
            match="There is no model gpt-4: set OPENAI_MODEL to a current one, or check OPENAI_BASE_URL",
        ):
            await gpt.write(request("cards", 1, SUN))


async def test_another_refused_request_is_not_repeated_at_once() -> None:
    standin = OpenAIStandin(faults=[Fault(400, "invalid_request_error", "No.", param="messages")] * 9)
    async with _gpt(standin) as gpt:
        with pytest.raises(TransientError, match="The OpenAI API refused the request"):
            await gpt.write(request("cards", 1, SUN))
    assert standin.calls == 1


async def test_a_refusal_is_a_warning() -> None:
    async with _gpt(OpenAIStandin(refusal="I cannot help with that.")) as gpt:
        study = await write_study(transcript(SUN), TALK, gpt, lambda _: None)
    assert study.warnings[0] == "The model declined to write about a part of this lecture."


async def test_of_a_truncated_answer_the_whole_notes_are_kept() -> None:
    async with _gpt(OpenAIStandin(cut_after=300)) as gpt:
        draft = await gpt.write(request("cards", 3, SUN, "The light of the star is four years old."))
    assert len(draft.cards) == 1
    assert draft.warnings[0].startswith("An answer of the model was cut off")


@pytest.mark.parametrize("said", ["I am sorry, here is a poem.", '{"cards": [{"front": "What', ""])
async def test_an_answer_without_a_note_is_no_answer_and_is_asked_for_later(said: str) -> None:
    standin = OpenAIStandin(write=lambda _: said)
    async with _gpt(standin) as gpt:
        with pytest.raises(TransientError, match="holds no note that can be used") as caught:
            await gpt.write(request("cards", 1, SUN))
    assert (caught.value.retry_after_s, standin.calls) == (600, 1)


async def test_a_chunk_in_which_nothing_is_worth_a_note_is_an_answer() -> None:
    async with _gpt(OpenAIStandin(write=lambda _: '{"cards": [], "quiz": []}')) as gpt:
        assert (await gpt.write(request("cards", 1, SUN))).cards == ()


async def test_at_the_start_openai_is_asked_for_the_model_and_a_compatible_server_may_not_know(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with _gpt(OpenAIStandin()) as gpt:
        assert await gpt.check() == ()
    async with _gpt(OpenAIStandin(), model="gpt-4") as gpt:
        (warning,) = await gpt.check()
        assert "does not list the model gpt-4" in warning
    async with model_api(OpenAIStandin()) as url:
        monkeypatch.setattr(openai, "OPENAI_URL", url)
        gpt = OpenAIProvider(Access(SecretStr(api.KEY), "gpt-4", url))
        with pytest.raises(EnvironmentFault, match="There is no model gpt-4"):
            await gpt.check()
        await gpt.close()


async def test_a_slow_or_missing_server_is_transient() -> None:
    async with _gpt(OpenAIStandin(delay_s=1.0), timeout_s=0.2, patience_s=0) as gpt:
        with pytest.raises(TransientError, match="The OpenAI API cannot be reached: Request timed out"):
            await gpt.write(request("cards", 1, SUN))


@pytest.mark.parametrize("is_fastapi", [False, True], ids=["400", "422"])
@pytest.mark.parametrize("lacks", [{"max_completion_tokens"}, {"max_completion_tokens", "max_tokens"}])
async def test_a_server_with_other_parameters_is_asked_without_what_it_refuses_from_then_on(
    lacks: set[str], is_fastapi: bool
) -> None:
    standin = OpenAIStandin(lacks=frozenset(lacks), is_fastapi=is_fastapi, knows_schemas=False)
    async with _gpt(standin) as gpt:
        study = await write_study(lecture(), TALK, gpt, lambda _: None)
    assert (len(study.cards), study.verified) == (5, True)
    assert standin.calls == len(standin.requests) + len(lacks) + 1
    assert not lacks & set(standin.requests[-1])


async def test_a_small_context_leaves_room_for_the_answer() -> None:
    standin = OpenAIStandin(context_tokens=8_192)
    async with _gpt(standin) as gpt:
        study = await write_study(long_lecture(400), TALK, gpt, lambda _: None)
    assert len(study.cards) > 15
    assert {sent["max_completion_tokens"] for sent in standin.requests} == {2_457}
