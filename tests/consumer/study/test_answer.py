"""Reading what a model wrote."""

import json

import pytest

from consumer.study.answer import read_answer
from infra.sandbox.standins.notes import card, item

CARDS = [card(f"Sentence number {number} about the sun.") for number in range(3)]
QUIZ = [item("The light of the sun is very fast.")]
WHOLE = json.dumps({"cards": CARDS, "quiz": QUIZ})


def test_a_whole_answer_is_read() -> None:
    answer = read_answer(WHOLE)
    assert (len(answer.cards), len(answer.quiz), answer.malformed) == (3, 1, 0)


def test_a_code_fence_and_chatter_do_not_matter() -> None:
    assert read_answer(f"Here you are:\n```json\n{WHOLE}\n```").cards == read_answer(WHOLE).cards


def test_wherever_an_answer_is_cut_off_its_whole_notes_are_kept() -> None:
    counts = [len(read_answer(WHOLE[:end]).cards) for end in range(len(WHOLE))]
    assert counts == sorted(counts)
    assert set(counts) == {0, 1, 2, 3}


def test_where_an_answer_stops_being_json_the_notes_before_are_kept() -> None:
    first, second, _ = (json.dumps(card) for card in CARDS)
    answer = read_answer(f'{{"cards": [{first}, oh, {second}], "quiz": []}} {{and so on}}')
    assert (len(answer.cards), answer.malformed) == (1, 0)


@pytest.mark.parametrize(
    "text", ["", "I cannot do that.", "[]", "null", '{"cards": null}', '{"cards": [[[[', '{"cards": ' + "[" * 100_000]
)
def test_something_else_is_no_notes(text: str) -> None:
    assert read_answer(text).cards == ()


@pytest.mark.parametrize(
    "change",
    [
        {"option_d": None},
        {"option_b": "with ANOTHER number"},
        {"correct": "e"},
        {"correct": 0},
        {"stem": "   "},
        {"explanation": "x" * 2_000},
    ],
)
def test_an_item_that_is_incomplete_or_has_equal_options_is_dropped_and_counted(change: dict[str, object]) -> None:
    good = item("The light of the sun is very fast.")
    answer = read_answer(json.dumps({"quiz": [{**good, **change}, good]}))
    assert (len(answer.quiz), answer.malformed) == (1, 1)


def test_an_item_with_three_options_is_dropped() -> None:
    three = item("The light of the sun is very fast.")
    del three["option_c"]
    assert read_answer(json.dumps({"quiz": [three]})).quiz == ()


def test_a_note_that_is_no_object_is_dropped() -> None:
    assert read_answer('{"cards": ["text", 3, null]}').malformed == 3
