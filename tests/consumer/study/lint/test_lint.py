"""The linter for quizzes: each rule finds what breaks it, and a fair quiz breaks none."""

import pytest

from consumer.material import QuizItem
from consumer.pipeline.write_study import write_study
from consumer.study.lint import lint
from consumer.study.providers.extractive import ExtractiveProvider
from tests.support.consumer.glossary import GLOSSARY
from tests.support.consumer.quiz_items import item
from tests.support.consumer.study_samples import TALK, transcript


def found(*quiz: QuizItem) -> dict[str, tuple[str, ...]]:
    return {finding.rule: finding.items for finding in lint(quiz).findings}


def test_a_fair_quiz_has_the_full_score() -> None:
    quiz = [item(number, key=number % 4) for number in range(8)]
    assert (lint(quiz).score, lint(quiz).findings) == (1.0, ())


def test_no_quiz_has_no_score() -> None:
    assert (lint([]).score, lint([]).findings) == (None, ())


def test_the_score_says_what_it_measures() -> None:
    assert "not whether they are worth asking" in lint([item(1)]).measures


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("length", item(1, options=("Copper from the hills in the far north", "Marble", "Timber", "Silver"))),
        ("catch_all", item(1, options=("Copper", "Marble", "Timber", "None of the above"))),
        ("negation", item(1, stem="Which of these did not cover the roof?")),
        ("echo", item(1, stem="What was the copper roof made of?")),
    ],
)
def test_what_gives_an_answer_away_is_found(rule: str, broken: QuizItem) -> None:
    assert found(item(2, key=1), broken) == {rule: ("q1",)}


def test_an_answer_that_mostly_stands_in_one_place_is_found() -> None:
    quiz = [item(number, key=2) for number in range(4)]
    assert found(*quiz) == {"position": ("q0", "q1", "q2", "q3")}


def test_the_second_of_two_items_that_ask_the_same_is_found() -> None:
    stem = "Which material covered the oldest roof of the town?"
    again = item(2, stem=stem.replace("the town", "a town"), options=("Marble", "Copper", "Timber", "Silver"), key=1)
    assert found(item(1, stem=stem), again) == {"duplicate": ("q2",)}


def test_a_question_that_tells_another_items_answer_is_found() -> None:
    asked = item(1, stem="Which material covered the oldest roof of the town?")
    teller = item(2, stem="In which year did copper cover the oldest roof of the town?", key=1)
    assert found(asked, teller) == {"given_away": ("q2",)}


def test_the_score_is_the_share_of_items_that_break_nothing() -> None:
    assert lint([item(1), item(2, key=1), item(3, stem="What is not there?", key=2)]).score == pytest.approx(0.667)


async def test_the_quiz_of_a_lectures_own_terms_is_fair() -> None:
    material = await write_study(transcript(*GLOSSARY), TALK, ExtractiveProvider(), lambda _: None)
    assert lint(material.quiz).findings == ()


def test_words_that_all_questions_begin_with_tell_no_answer() -> None:
    begins = "Which of these words of the lecture means:"
    said = ("a metal for wires", "a stone beside copper mines", "what trees are made of", "a metal for spoons")
    quiz = [item(number, stem=f"{begins} {each}?", key=number) for number, each in enumerate(said)]
    assert found(*quiz) == {}
