"""Whatever a provider's server answers: every provider keeps the same contract."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from consumer.errors import EnvironmentFault, TransientError
from consumer.material import StudyMaterial
from consumer.models import Transcript
from consumer.pipeline.write_study import write_study
from consumer.study import StudyProvider
from consumer.study.plan import ORDINARY, StudyPlan
from consumer.study.providers.anthropic import AnthropicProvider
from consumer.study.providers.api import Access
from consumer.study.providers.openai import OpenAIProvider
from consumer.study.providers.refusals import Unreadable
from consumer.study.providers.registry import LANGUAGE_MODELS
from infra.sandbox.standins import anthropic, openai
from infra.sandbox.standins.anthropic import AnthropicStandin
from infra.sandbox.standins.model_api import Fault, ModelApi, model_api
from infra.sandbox.standins.notes import card, item, write_notes
from infra.sandbox.standins.openai import OpenAIStandin
from tests.support.consumer.study_samples import TALK, lecture, long_lecture, request, transcript

SUN = "The light of the sun is very fast indeed."
THREE_OPTIONS: dict[str, Any] = {name: said for name, said in item(SUN).items() if name != "option_c"}


@dataclass(frozen=True)
class Api:
    """A provider, the server that stands in for its API, and how that says what went wrong."""

    provider: type[AnthropicProvider | OpenAIProvider]
    standin: type[AnthropicStandin | OpenAIStandin]
    key: str
    model: str
    retired: str
    no_credit: Fault
    slow_down: Callable[[str], Fault]

    @asynccontextmanager
    async def open(
        self, standin: ModelApi[Any], *, key: str | None = None, model: str | None = None
    ) -> AsyncGenerator[StudyProvider]:
        async with model_api(standin) as url:
            prices = LANGUAGE_MODELS[self.provider.name].prices
            access = Access(SecretStr(key or self.key), model or self.model, url, prices, patience_s=2.0, timeout_s=5.0)
            provider = self.provider(access)
            try:
                yield provider
            finally:
                await provider.close()

    async def study(self, standin: ModelApi[Any], made: Transcript, plan: StudyPlan = ORDINARY) -> StudyMaterial:
        async with self.open(standin) as provider:
            return await write_study(made, TALK, provider, lambda _: None, plan)


APIS = [
    Api(
        AnthropicProvider,
        AnthropicStandin,
        anthropic.KEY,
        "claude-sonnet-5-5",
        "claude-sonnet-3-9",
        anthropic.NO_CREDIT,
        anthropic.rate_limited,
    ),
    Api(OpenAIProvider, OpenAIStandin, openai.KEY, "gpt-6.2-sol", "gpt-4", openai.NO_QUOTA, openai.rate_limited),
]
every_provider = pytest.mark.parametrize("api", APIS, ids=[api.provider.name for api in APIS])


def says(**notes: list[dict[str, Any]]) -> Callable[[str], str]:
    """Whatever is asked for, these notes; outlines and verdicts are in order."""

    def write(prompt: str) -> str:
        task = prompt.rsplit("</transcript>", maxsplit=1)[-1]
        if "Judge these" in prompt or "Outline the transcript" in task:
            return write_notes(prompt)
        named = "cards" if "flashcards in the list" in task else "quiz"
        return json.dumps({named: notes.get(named, [])})

    return write


@every_provider
async def test_a_lecture_becomes_an_outline_cards_and_quiz_that_were_judged(api: Api) -> None:
    study = await api.study(api.standin(), lecture())
    assert study.verified
    assert study.outline
    assert (len(study.cards), len(study.quiz), study.warnings) == (5, 3, ())
    assert set(study.stages) == {"outline", "write", "verify"}
    assert {card.section for card in study.cards} == {study.outline.sections[0].id}
    assert all(any(reason for reason in item.why_wrong) and item.why_wrong[item.key] == "" for item in study.quiz)


@every_provider
@pytest.mark.parametrize(
    ("bad", "kept"),
    [
        ({"quiz": [THREE_OPTIONS, item(SUN)]}, 1),
        ({"quiz": [{**item(SUN), "correct": "a, b"}, item(SUN)]}, 1),
        ({"quiz": [{**item(SUN), "option_b": item(SUN)["option_a"]}, item(SUN)]}, 1),
        ({"quiz": [{**item(SUN), "mood": "cheerful", "option_e": "no"}]}, 1),
        ({"cards": [{**card(SUN), "kind": "riddle", "level": "hard", "tags": "sun", "extra": 1}]}, 1),
        ({"cards": [{**card(SUN), "front": f"How fast is it, {number}?"} for number in (1, 1, 1, 1)]}, 1),
        ({"cards": [card(SUN)] * 20}, 1),
    ],
    ids=["three options", "two keys", "equal options", "more fields", "odd words", "alike", "20 alike"],
)
async def test_of_notes_with_faults_the_good_ones_stay(
    api: Api, bad: dict[str, list[dict[str, Any]]], kept: int
) -> None:
    study = await api.study(api.standin(write=says(**bad)), transcript(SUN))
    assert len(study.cards) + len(study.quiz) == kept


@every_provider
async def test_of_truncated_json_the_whole_notes_are_kept_and_it_is_said(api: Api) -> None:
    study = await api.study(api.standin(cut_after=1_500), lecture())
    assert 0 < len(study.cards) < 6
    assert "An answer of the model was cut off at its length limit; the whole notes in it were kept." in study.warnings


@every_provider
async def test_an_answer_about_the_first_chunk_only_says_what_is_missing(api: Api) -> None:
    made = long_lecture(1_200)
    first = says(cards=[card(made.segments[at].text) for at in (1, 5, 9)])
    study = await api.study(api.standin(write=first), made)
    assert {item.proof.start_s < 100 for item in study.cards} == {True}
    missing = [warning for warning in study.warnings if warning.startswith("There are no notes about")]
    assert len(missing) > 1
    assert missing[-1].startswith("There are no notes about 1:")


@every_provider
async def test_a_judge_that_says_nothing_refuses_nothing_and_the_asset_says_so(api: Api) -> None:
    def silent(prompt: str) -> str:
        return '{"verdicts": []}' if "Judge these" in prompt else write_notes(prompt)

    study = await api.study(api.standin(write=silent), lecture())
    assert (study.verified, len(study.cards)) == (False, 5)
    assert study.warnings[-1].startswith("The second pass over the notes gave no verdicts")


@every_provider
async def test_the_second_pass_can_be_turned_off(api: Api) -> None:
    study = await api.study(api.standin(), lecture(), StudyPlan(verify=False))
    assert (study.verified, len(study.cards), set(study.stages)) == (False, 5, {"outline", "write"})


@every_provider
async def test_an_outline_that_cannot_be_read_leaves_the_lecture_split_by_length(api: Api) -> None:
    def mumble(prompt: str) -> str:
        return "Well." if "Outline the transcript" in prompt else write_notes(prompt)

    study = await api.study(api.standin(write=mumble), lecture())
    assert study.outline is None
    assert len(study.cards) == 5
    assert any(warning.startswith("No outline could be made") for warning in study.warnings)


@every_provider
async def test_an_answer_that_is_no_json_says_what_it_has_cost(api: Api) -> None:
    async with api.open(api.standin(write=lambda _: "I would rather not say this in JSON.")) as provider:
        with pytest.raises(Unreadable, match="holds no note that can be used") as caught:
            await provider.write(request("cards", 3, SUN))
    assert caught.value.usage.cost_usd > 0


@every_provider
async def test_a_context_that_is_too_small_gets_the_lecture_in_pieces(api: Api) -> None:
    standin = api.standin(context_tokens=8_192)
    study = await api.study(standin, long_lecture(700))
    assert study.outline
    assert study.verified
    ends = [card.proof.start_s for card in study.cards]
    assert len(study.cards) >= 30
    assert max(ends) > 0.9 * long_lecture(700).duration_s


@every_provider
async def test_a_context_in_which_nothing_fits_leaves_the_transcript_and_says_so(api: Api) -> None:
    study = await api.study(api.standin(context_tokens=900), long_lecture(700))
    assert (study.cards, study.quiz) == ((), ())
    assert "the transcript is complete all the same" in study.warnings[0]
    assert "cannot read so much at once" in study.warnings[0]


@every_provider
async def test_a_request_refused_as_it_is_leaves_the_transcript_and_says_so(api: Api) -> None:
    nonsense = Fault(400, "invalid_request_error", "messages: nonsense.")
    study = await api.study(api.standin(faults=[nonsense] * 99), lecture())
    assert study.cards == ()
    assert "messages: nonsense." in study.warnings[0]


@every_provider
async def test_an_hour_of_patience_goes_back_to_the_queue(api: Api) -> None:
    async with api.open(api.standin(faults=[api.slow_down("3600")] * 9)) as provider:
        with pytest.raises(TransientError, match="busy") as caught:
            await provider.write(request("cards", 1, SUN))
    assert caught.value.retry_after_s == 3600


@every_provider
@pytest.mark.parametrize("trouble", ["key", "credit", "retired"])
async def test_what_the_operator_has_to_mend_stops_the_consumer(api: Api, trouble: str) -> None:
    standin = api.standin(faults=[api.no_credit] * 9 if trouble == "credit" else [])
    wrong = {"key": {"key": "sk-wrong"}, "retired": {"model": api.retired}}.get(trouble, {})
    said = {"key": "is not accepted", "credit": "has no credit left", "retired": f"There is no model {api.retired}"}
    async with api.open(standin, **wrong) as provider:
        with pytest.raises(EnvironmentFault, match=said[trouble]):
            await write_study(lecture(), TALK, provider, lambda _: None)
    assert standin.calls == 1


@every_provider
async def test_a_judge_that_is_retired_is_named_by_its_own_setting(api: Api) -> None:
    with pytest.raises(EnvironmentFault, match=f"There is no model {api.retired}: set STUDY_JUDGE_MODEL"):
        await api.study(api.standin(), lecture(), StudyPlan(judge_model=api.retired))
