"""From a transcript to checked study material."""

from collections.abc import Callable

import pytest

from consumer.errors import EnvironmentFault, TransientError
from consumer.material import StudyMaterial, Usage
from consumer.models import Transcript
from consumer.pipeline.write_study import write_study
from consumer.study.plan import StudyPlan
from consumer.study.providers.extractive import ExtractiveProvider
from consumer.study.schema import CardDraft, Draft, QuizDraft, StudyRequest
from infra.sandbox.standins.notes import item
from tests.support.consumer.glossary import GLOSSARY
from tests.support.consumer.study_samples import (
    FILE,
    TALK,
    FakeProvider,
    lecture,
    long_lecture,
    segments,
    transcript,
    transcript_of,
)

QUICK = StudyPlan(verify=False)
SILENT = "There are no notes about"


async def _study(made: Transcript, answer: Callable[[StudyRequest], Draft], plan: StudyPlan = QUICK) -> StudyMaterial:
    return await write_study(made, TALK, FakeProvider(answer), lambda _: None, plan)


def _card(quote: str, front: str = "What is away?") -> CardDraft:
    return CardDraft(front=front, back="The answer", quote=quote)


async def test_a_lecture_that_defines_its_words_gives_cards_and_a_quiz_with_proof() -> None:
    made = transcript(*GLOSSARY)
    study = await write_study(made, TALK, ExtractiveProvider(), lambda _: None)
    assert len(study.cards) >= 5
    assert len(study.quiz) >= 2
    for note in (*study.cards, *study.quiz):
        first = made.segments[note.proof.segment_ids[0]]
        assert note.proof.quote in first.text
        assert note.proof.start_s == first.start


async def test_the_material_says_who_wrote_it() -> None:
    study = await write_study(transcript(*GLOSSARY), TALK, ExtractiveProvider(("No key.",)), lambda _: None)
    assert (study.provider, study.model, study.warnings) == ("extractive", "glossary-1", ("No key.",))


async def test_the_same_lecture_gives_the_same_material() -> None:
    first, again = [await write_study(lecture(), TALK, ExtractiveProvider(), lambda _: None) for _ in range(2)]
    assert first == again


async def test_a_file_without_a_youtube_id_has_stable_ids_too() -> None:
    first, again = [await write_study(lecture(), FILE, ExtractiveProvider(), lambda _: None) for _ in range(2)]
    assert [card.id for card in first.cards] == [card.id for card in again.cards]


async def test_a_lecture_without_speech_gives_no_notes_and_says_so() -> None:
    provider = FakeProvider(lambda _: Draft())
    study = await write_study(transcript(), TALK, provider, lambda _: None)
    assert (study.cards, study.quiz, provider.asked) == ((), (), [])
    assert study.warnings == ("No speech was understood in this video, so there is nothing to study.",)


async def test_a_note_whose_quote_was_not_said_is_dropped_and_counted() -> None:
    draft = Draft(cards=(_card("The sun is eight minutes away."), _card("The moon is made of cheese.")))
    study = await _study(transcript("The sun is eight minutes away."), lambda _: draft)
    assert [card.proof.quote for card in study.cards] == ["The sun is eight minutes away."]
    assert study.warnings == ("Notes dropped because what they quote was not said in the lecture: 2.",)


async def test_malformed_notes_are_counted() -> None:
    study = await _study(transcript("The sun is far."), lambda _: Draft(malformed=2))
    assert study.dropped == {"malformed": 4}
    assert study.warnings[-1] == "Notes dropped because they were incomplete or had equal options: 4."


async def test_the_same_fact_from_two_chunks_becomes_one_card() -> None:
    made = long_lecture(1_200)
    same = _card("tons of stone to the city", front="What do the rivers carry?")
    study = await _study(made, lambda _: Draft(cards=(same,)))
    assert len(study.cards) == 1


async def test_a_long_lecture_is_asked_about_chunk_by_chunk_cards_first_and_every_part_gets_its_share() -> None:
    provider = FakeProvider(lambda _: Draft())
    await write_study(long_lecture(1_200), TALK, provider, lambda _: None, QUICK)
    asked = [request.task for request in provider.asked]
    assert (asked[0], asked.count("cards"), asked.count("quiz")) == ("outline", 3, 3)
    assert sum(request.count for request in provider.asked if request.task == "cards") == 54
    lines = [(share.first, share.last) for request in provider.asked for share in request.shares]
    assert {line for first, last in lines for line in range(first, last + 1)} == set(range(1_200))


async def test_progress_rises_to_one() -> None:
    told: list[float] = []
    await write_study(long_lecture(1_200), TALK, FakeProvider(lambda _: Draft()), told.append)
    assert told == sorted(told)
    assert (0 < told[0] < 0.2, told[-1]) == (True, 1.0)


async def test_usage_and_cost_of_all_answers_are_added_up() -> None:
    usage = Usage(input_tokens=10, output_tokens=5, cached_tokens=2, cost_usd=0.25)
    study = await _study(transcript("The sun is eight minutes away."), lambda _: Draft(usage=usage))
    assert study.usage == Usage(input_tokens=20, output_tokens=10, cached_tokens=4, cost_usd=0.5)


async def test_a_warning_that_many_answers_give_stands_there_once() -> None:
    study = await _study(long_lecture(1_200), lambda _: Draft(warnings=("Cut off.",)))
    assert [warning for warning in study.warnings if not warning.startswith(SILENT)] == ["Cut off."]


async def test_unclear_passages_reach_neither_the_model_nor_the_notes() -> None:
    clear, unclear = segments("The sun is eight minutes away.", "The soon is ate minute a way.")
    made = transcript_of((clear, unclear.model_copy(update={"avg_logprob": -1.7})))
    provider = FakeProvider(lambda _: Draft(cards=(_card(unclear.text),)))
    study = await write_study(made, TALK, provider, lambda _: None)
    assert study.cards == ()
    assert provider.asked[0].chunk.segments == (clear,)
    assert study.warnings[0] == "1 of 2 passages were too unclear to make notes from."


async def test_low_coverage_is_told() -> None:
    made = transcript("The sun is eight minutes away.")
    poor = made.model_copy(update={"coverage": made.coverage.model_copy(update={"speech_s": 20.0})})
    study = await _study(poor, lambda _: Draft())
    assert study.warnings[0] == ("Only 11% of the speech was understood; the notes may miss important parts.")


@pytest.mark.parametrize("error", [TransientError("Busy.", retry_after_s=60), EnvironmentFault("Dead key.")])
async def test_the_first_failure_is_raised_as_it_is(error: Exception) -> None:
    def fail(request: StudyRequest) -> Draft:
        if request.shares[0].first > 0:
            raise error
        return Draft()

    with pytest.raises(type(error)) as caught:
        await _study(long_lecture(1_200), fail)
    assert caught.value is error


async def test_quiz_items_are_proved_too() -> None:
    said = "The light of the sun is very fast indeed."
    study = await _study(transcript(said), lambda _: Draft(quiz=(QuizDraft.model_validate(item(said)),)))
    assert study.quiz[0].proof.quote == said
