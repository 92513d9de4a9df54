"""Study material without a language model."""

import re

import pytest

from consumer.models import Transcript
from consumer.study.extract.distractors import distractors
from consumer.study.extract.gaps import every_gap
from consumer.study.extract.lexicon import Lexicon
from consumer.study.extract.sentences import sentences
from consumer.study.providers.extractive import ExtractiveProvider
from consumer.study.schema import Chunk, Draft, StudyRequest, Task
from tests.support.consumer.study_samples import chunk, lecture, request


async def _write(task: Task, count: int, made: Transcript | None = None) -> Draft:
    made = made or lecture()
    asked = StudyRequest(task, count, Chunk(0, made.segments), "A talk", made.language)
    return await ExtractiveProvider().write(asked)


async def test_every_card_quotes_a_whole_sentence_that_contains_its_answer() -> None:
    said = {segment.text for segment in lecture().segments}
    cards = (await _write("cards", 12)).cards
    assert len(cards) == 12
    for card in cards:
        assert card.quote in said
        assert re.sub(r"^(The|Because) |\.$", "", card.back) in card.quote


async def test_filling_the_gap_gives_back_the_sentence() -> None:
    gaps = [card for card in (await _write("cards", 12)).cards if "_____" in card.front]
    assert gaps
    assert [card.front.replace("_____", card.back) for card in gaps] == [card.quote for card in gaps]


async def test_a_doer_is_asked_for_by_who() -> None:
    cards = {card.front: card.back for card in (await _write("cards", 12)).cards}
    assert cards["Who measured the distance of the moon in the nineteenth century?"] == "The astronomer"


async def test_a_reason_is_asked_for_by_why() -> None:
    cards = {card.front: card.back for card in (await _write("cards", 12)).cards}
    assert cards["The memory was very small. Why?"] == "Because the memory was expensive."


async def test_talk_about_the_talk_and_questions_make_no_notes() -> None:
    quotes = [card.quote for card in (await _write("cards", 99)).cards]
    assert quotes
    assert not [quote for quote in quotes if re.search(r"chapter|lecture|thank you|next week|\?", quote, re.IGNORECASE)]


async def test_the_quiz_asks_for_other_sentences_than_the_cards() -> None:
    cards, quiz = (await _write("cards", 8)).cards, (await _write("quiz", 4)).quiz
    assert len(quiz) == 4
    assert not {card.quote for card in cards} & {item.quote for item in quiz}


async def test_wrong_options_are_of_the_answers_kind() -> None:
    items = {item.stem: set(item.options) for item in (await _write("quiz", 9)).quiz}
    assert items["The old computer was _____ meters long."] == {"thirty", "forty", "twenty", "fifty"}
    builders = items["Who wrote the first program for the machine?"]
    assert builders <= {
        f"The {who}"
        for who in ("scientist", "astronomer", "professor", "engineer", "student", "teacher", "mathematician")
    }


async def test_a_wrong_option_is_never_a_word_of_the_sentence() -> None:
    for item in (await _write("quiz", 9)).quiz:
        said = set(re.findall(r"\w+", item.quote.casefold()))
        wrong = {option.casefold().removeprefix("the ") for option in item.options[1:]}
        assert not wrong & said


@pytest.mark.parametrize(
    ("said", "answer", "wrong"),
    [
        ("The bridge opened in 1932 after long years.", "1932", ["1935", "1929", "1938"]),
        (
            "The mountain is two thousand meters high.",
            "two thousand",
            ["three thousand", "four thousand", "five thousand"],
        ),
        ("In the nineteenth century the bridge fell.", "nineteenth", ["twentieth", "eighteenth", "seventeenth"]),
    ],
)
def test_numbers_are_confused_with_their_neighbours(said: str, answer: str, wrong: list[str]) -> None:
    found = sentences(chunk(said))
    lexicon = Lexicon(found, "en")
    (gap,) = [gap for gap in every_gap(found[0], lexicon) if gap.answer == answer]
    assert distractors(gap, lexicon) == wrong


@pytest.mark.parametrize(
    "said", ["The teacher can an an answer the question.", "The stammmmmer measured the long distance."]
)
async def test_a_sentence_that_the_transcriber_stumbled_over_makes_no_note(said: str) -> None:
    assert (await ExtractiveProvider().write(request("cards", 3, said))).cards == ()


def test_wrong_names_are_spelled_as_the_lecture_spells_them() -> None:
    found = sentences(
        chunk(
            "We met Curie in Paris.",
            "Then Bohr came from the north.",
            "Here McMillan spoke for an hour.",
            "Now NASA paid Fermi for it.",
        )
    )
    lexicon = Lexicon(found, "en")
    gap = next(gap for gap in every_gap(found[0], lexicon) if gap.answer == "Curie")
    assert set(distractors(gap, lexicon)) == {"Bohr", "McMillan", "Fermi"}


async def test_a_short_talk_gives_few_notes_and_an_empty_one_none() -> None:
    assert len((await ExtractiveProvider().write(request("cards", 9, "The sun is eight minutes away."))).cards) == 1
    assert (await ExtractiveProvider().write(request("quiz", 9, "Hm."))).quiz == ()


async def test_a_talk_without_full_stops_is_read_segment_by_segment() -> None:
    said = [
        "the engineer designed the first machine",
        "the machine weighed twelve tons",
        "the city bought the machine",
    ] * 2
    cards = (await ExtractiveProvider().write(request("cards", 2, *said))).cards
    assert {card.quote for card in cards} <= set(said)
    assert len(cards) == 2


async def test_another_language_gets_gaps_in_its_own_words_only() -> None:
    said = [
        "Die Pflanze verwandelt das Licht der Sonne in Zucker und Sauerstoff.",
        "Der Zucker wandert danach durch den Stängel bis in die Wurzel hinunter.",
        "In den Blättern sitzt der grüne Farbstoff namens Chlorophyll sehr dicht.",
    ]
    cards = (await ExtractiveProvider().write(request("cards", 3, *said, language="de"))).cards
    assert cards
    assert all(card.front.replace("_____", card.back) == card.quote for card in cards)


@pytest.mark.parametrize("language", ["ja", "zh", "th"])
async def test_a_language_without_spaces_is_declined_in_words(language: str) -> None:
    draft = await ExtractiveProvider().write(request("cards", 3, "光は一秒間に地球を七周半します。", language=language))
    assert draft.cards == ()
    assert draft.warnings == (f"Cards in the language '{language}' need a language model.",)
