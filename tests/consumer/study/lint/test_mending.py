"""The linter decides: what can be mended is mended, what cannot is left out and counted."""

from collections import Counter

import pytest

from consumer.material import QuizItem
from consumer.study.lint import lint, mend
from tests.support.consumer.quiz_items import item


def test_a_sound_quiz_stays_as_it_is() -> None:
    quiz = tuple(item(number, key=number % 4) for number in range(8))
    assert (mend(quiz).quiz, mend(quiz).dropped) == (quiz, {})


def test_numbers_are_put_in_order_and_key_and_reasons_move_with_them() -> None:
    (mended,) = mend([item(1, options=("1,350", "206", "412", "120"), key=1)]).quiz
    assert mended.options == ("120", "206", "412", "1,350")
    assert mended.options[mended.key] == "206"
    assert mended.why_wrong[3] == "no 1,350"


@pytest.mark.parametrize(
    ("stem", "mended"),
    [
        ("Which of these did not cover the roof?", "Which of these did NOT cover the roof?"),
        ("Welches dieser Tiere ist kein Vogel?", "Welches dieser Tiere ist KEIN Vogel?"),
        ("¿Cuál de estos animales no es un ave?", "¿Cuál de estos animales NO es un ave?"),
        ("Lequel de ces animaux n'est pas un oiseau ?", "Lequel de ces animaux n'est PAS un oiseau ?"),
    ],
)
def test_a_negation_is_put_in_capitals(stem: str, mended: str) -> None:
    assert [each.stem for each in mend([item(1, stem=stem)]).quiz] == [mended]


def test_keys_that_crowd_in_one_place_are_spread_without_changing_an_answer() -> None:
    quiz = [item(number, key=2) for number in range(8)]
    mended = mend(quiz).quiz
    assert set(Counter(each.key for each in mended).values()) == {2}
    assert {each.options[each.key] for each in mended} == {"Timber"}
    assert all(each.why_wrong[each.key] == "no Timber" for each in mended)
    assert lint(mended).findings == ()


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("catch_all", item(1, options=("Copper", "Marble", "Timber", "None of the above"))),
        ("echo", item(1, stem="What was the copper roof made of?")),
        ("length", item(1, options=("Copper from the hills in the far north", "Marble", "Timber", "Silver"))),
        ("duplicate_option", item(1, options=("Copper", "The marble", "Marble", "Silver"))),
        ("overlap", item(1, options=("10 to 20 tons", "15 to 30 tons", "40 tons to 50 tons", "60 to 70 tons"))),
        ("absolutes", item(1, options=("Copper", "Never marble", "Only timber", "Silver"))),
        ("grammar", item(1, stem="The roof was covered with an", options=("alloy", "marble", "timber", "sheet"))),
    ],
)
def test_what_cannot_be_mended_is_left_out_and_counted(rule: str, broken: QuizItem) -> None:
    sound = item(2, key=1)
    assert (mend([broken, sound]).quiz, mend([broken, sound]).dropped) == ((sound,), {rule: 1})


def test_of_two_items_of_which_one_tells_the_others_answer_the_asking_one_stays() -> None:
    asked = item(1, stem="Which material covered the oldest roof of the town?")
    teller = item(
        2, stem="In which year did copper cover the oldest roof of the town?", options=("1790", "1800", "1810", "1820")
    )
    assert (mend([teller, asked]).quiz, mend([teller, asked]).dropped) == ((asked,), {"given_away": 1})


def test_what_is_mended_has_nothing_left_to_find() -> None:
    quiz = [
        item(1, options=("350", "206", "412", "120"), key=1),
        item(2, stem="Which of these did not cover the roof?", key=2),
        item(3, options=("Copper", "Marble", "Timber", "All of the above"), key=3),
        *(item(number, key=1) for number in range(4, 9)),
    ]
    assert lint(mend(quiz).quiz).findings == ()
