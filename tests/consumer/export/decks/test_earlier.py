"""Ids of earlier runs: the same fact in other words keeps its id, another fact never takes it."""

import json

import pytest

from consumer.export.decks.earlier import Ledger, from_assets, keep_ids
from consumer.material import Card, Proof, QuizItem, StudyMaterial

TABLE = """
10 | What is the power house of the cell? | The mitochondrion
10 | Which part of a cell makes its energy? | The mitochondrion
31 | Who wrote Being and Time? | Martin Heidegger
31 | By whom is “Being and Time”? | Heidegger
31 | When did Being and Time appear? | In 1927
31 | In which year was Being and Time published? | 1927
58 | Why is a hammer not an object with properties added? | Because what it is depends on the whole it refers to
62 | Why can a hammer not be understood as an object plus properties? | What it is depends on the whole of references
77 | What does readiness-to-hand mean? | The way of being of equipment in use
77 | Define readiness-to-hand. | How equipment is when it is being used
92 | What happens when equipment breaks? | It stands out and becomes conspicuous
92 | What does a breakdown do to equipment? | It becomes conspicuous: it stands out
110 | Dasein is always […] in a world. | already
110 | Dasein finds itself […] in a world. | already
140 | What are the three modes of being? | Equipment, objects, human existence
140 | Name the three ways of being. | Equipment, objects, and existence (Dasein)
166 | What is a token in a language model? | A piece of text such as a word or a part of one
166 | What does a transformer call a token? | A piece of text: a word, or part of a word
181 | How many parameters has GPT-3? | 175 billion
181 | What is the number of parameters of GPT-3? | 175 billion parameters
203 | What does the attention block do? | It lets vectors pass information to each other
206 | What is the job of attention? | Vectors can pass information back and forth
222 | Why are embeddings useful? | Directions in the space carry meaning
222 | What makes embeddings useful? | That directions in their space carry meaning
240 | What is softmax for? | It turns numbers into a probability distribution
240 | What does softmax do? | Turns a list of numbers into probabilities that form a distribution
261 | What does temperature change? | How even the distribution is that words are drawn from
261 | Which effect has the temperature? | It makes the distribution that words are drawn from more even
283 | Who proposed bitcoin? | Satoshi Nakamoto
283 | Under which name was bitcoin proposed? | Satoshi Nakamoto
300 | What is a block chain? | A list of blocks, each with the hash of the one before
300 | How are blocks linked? | Each block has the hash of the block before it, which makes a chain
322 | What does a proof of work prove? | That much computing was done
322 | What does proof of work show? | That a lot of computing has been done
345 | Why trust the longest chain? | It has the most computational work in it
351 | Why is the longest chain the one to trust? | Most computational work was put into it
366 | What is a digital signature made from? | The message and a secret key
366 | From what is a signature computed? | From the secret key and the message itself
390 | How often comes a block? | About every ten minutes
390 | What is the usual time between two blocks? | Ten minutes
"""
"""Second, question and answer of a note, and under it the same fact as another run words and places it."""


def _rows() -> list[tuple[float, str, str]]:
    parts = [line.split(" | ") for line in TABLE.strip().splitlines()]
    return [(float(second), question, answer) for second, question, answer in parts]


EARLIER, REWORDED = _rows()[::2], _rows()[1::2]
NEW_FACTS = [
    (33, "Where was Heidegger born?", "In Messkirch"),
    (110, "Which word does the lecturer use for world?", "Umwelt"),
    (181, "On which machine was GPT-3 trained?", "A cluster at Microsoft"),
    (283, "In which forum did the paper appear?", "A mailing list on cryptography"),
    (500, "What comes next week?", "Anxiety and death"),
]


def _proof(start_s: float) -> Proof:
    return Proof(segment_ids=(int(start_s),), start_s=start_s, end_s=start_s + 7, quote=f"said at {start_s}")


def _card(name: str, start_s: float, front: str, back: str) -> Card:
    return Card(id=name, front=front, back=back, proof=_proof(start_s))


def _item(name: str, start_s: float, stem: str, key: str) -> QuizItem:
    options = (key, "another", "a third", "a fourth")
    return QuizItem(id=name, stem=stem, options=options, key=0, explanation="", proof=_proof(start_s))


def _material(*cards: Card, quiz: tuple[QuizItem, ...] = ()) -> StudyMaterial:
    return StudyMaterial(provider="anthropic", model="m", cards=cards, quiz=quiz)


def _ledger(material: StudyMaterial, now_s: float = 1000) -> Ledger:
    return keep_ids(material, Ledger(), now_s)[1]


FIRST = _material(*(_card(f"old{at}", *row) for at, row in enumerate(EARLIER)))


def test_nine_of_ten_reworded_notes_keep_their_id_and_no_new_fact_takes_one() -> None:
    again = [_card(f"new{at}", *row) for at, row in enumerate(REWORDED)]
    fresh = [_card(f"fresh{at}", *row) for at, row in enumerate(NEW_FACTS)]
    kept, _ = keep_ids(_material(*fresh, *again), _ledger(FIRST), 2000)
    ids = [card.id for card in kept.cards]
    assert ids[: len(fresh)] == [card.id for card in fresh]
    same = sum(name == f"old{at}" for at, name in enumerate(ids[len(fresh) :]))
    assert same >= 0.9 * len(REWORDED)
    swapped = [name for at, name in enumerate(ids[len(fresh) :]) if name.startswith("old") and name != f"old{at}"]
    assert swapped == []


def test_the_same_material_again_keeps_every_id_and_every_date() -> None:
    kept, ledger = keep_ids(FIRST, _ledger(FIRST), 2000)
    assert kept == FIRST
    assert set(ledger.changed_at().values()) == {1000}


def test_better_wording_is_dated_anew_under_the_old_id() -> None:
    better = FIRST.cards[0].model_copy(update={"id": "other", "back": "The mitochondrion, in every cell"})
    kept, ledger = keep_ids(_material(better), _ledger(FIRST), 2000)
    assert kept.cards[0].id == "old0"
    assert ledger.changed_at()["old0"] == 2000


def test_a_note_that_was_dropped_comes_back_under_its_id() -> None:
    _, ledger = keep_ids(_material(FIRST.cards[0]), _ledger(FIRST), 2000)
    back, _ = keep_ids(_material(FIRST.cards[5].model_copy(update={"id": "x"})), ledger, 3000)
    assert back.cards[0].id == "old5"


def test_another_fact_that_quotes_the_same_words_gets_an_id_of_its_own() -> None:
    other = _card("old0", EARLIER[0][0], "Which colour was the drawing?", "Green")
    kept, _ = keep_ids(_material(other), _ledger(FIRST), 2000)
    assert kept.cards[0].id not in {card.id for card in FIRST.cards}
    assert len(kept.cards[0].id) == 16


def test_cards_and_quiz_items_do_not_take_each_others_ids() -> None:
    item = _item("q", EARLIER[0][0], EARLIER[0][1], EARLIER[0][2])
    kept, _ = keep_ids(_material(quiz=(item,)), _ledger(FIRST), 2000)
    assert kept.quiz[0].id == "q"
    again, _ = keep_ids(_material(quiz=(item.model_copy(update={"id": "r"}),)), _ledger(kept), 3000)
    assert again.quiz[0].id == "q"


def test_a_fact_said_in_another_place_is_another_note() -> None:
    kept, _ = keep_ids(_material(_card("late", 3000, EARLIER[0][1], EARLIER[0][2])), _ledger(FIRST), 2000)
    assert kept.cards[0].id == "late"


def test_the_files_of_an_earlier_run_are_a_ledger_too() -> None:
    cards = [{**card.model_dump(), "link": None, "changed_at": 1234} for card in FIRST.cards]
    ledger = from_assets(json.loads(json.dumps({"cards": cards})), {"items": []})
    kept, after = keep_ids(FIRST, ledger, 2000)
    assert kept == FIRST
    assert set(after.changed_at().values()) == {1234}


@pytest.mark.parametrize("broken", [{}, {"cards": None}, {"cards": [{"id": 1}]}, {"cards": ["x"]}])
def test_files_that_are_none_are_refused(broken: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"no flashcards\.json"):
        from_assets(broken, {"items": []})
