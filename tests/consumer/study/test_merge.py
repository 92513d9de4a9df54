"""One set of notes out of many answers."""

from collections import Counter

from consumer.material import Proof
from consumer.study.check import Grounded
from consumer.study.merge import merge_cards, merge_quiz
from consumer.study.schema import CardDraft, QuizDraft


def _card(
    front: str, back: str = "eight", quote: str = "the sun is eight", start_s: float = 0.0
) -> Grounded[CardDraft]:
    proof = Proof(segment_ids=(0,), start_s=start_s, quote=quote)
    return Grounded(CardDraft(front=front, back=back, quote=quote), proof)


def _item(number: int) -> Grounded[QuizDraft]:
    quote = f"fact number {number} is true"
    draft = QuizDraft(
        stem=f"Which is fact {number}{number}?",
        option_a=f"right {number}",
        option_b="b",
        option_c="c",
        option_d="d",
        correct="a",
        explanation="So it was said.",
        quote=quote,
    )
    return Grounded(draft, Proof(segment_ids=(number,), start_s=number, quote=quote))


def test_cards_that_ask_the_same_are_kept_once_and_stand_in_the_order_of_the_lecture() -> None:
    later, first = _card("How far is the sun?", start_s=900), _card("How far is the SUN", start_s=30)
    other = _card("Who wrote the first program?", "The mathematician", start_s=5)
    assert [card.front for card in merge_cards("v", [later, first, other], 10)] == [
        "Who wrote the first program?",
        "How far is the SUN",
    ]


def test_no_more_cards_than_asked_for() -> None:
    assert len(merge_cards("v", [_card(f"What is thing {number}?") for number in range(9)], 4)) == 4


def test_a_card_keeps_its_id_when_it_is_worded_anew() -> None:
    (one,) = merge_cards("v", [_card("How far is the sun?")], 9)
    (again,) = merge_cards("v", [_card("The sun: how many minutes?", quote="The sun is EIGHT,")], 9)
    assert one.id == again.id


def test_ids_differ_between_videos_between_kinds_and_between_cards_on_the_same_words() -> None:
    pair = [_card("How far is the sun?"), _card("What is eight minutes from us?", "the sun")]
    ids = [card.id for video in ("v", "w") for card in merge_cards(video, pair, 9)]
    quoted = _item(1)
    card = _card("What is it?", quote=quoted.proof.quote)
    ids += [merge_cards("v", [card], 9)[0].id, merge_quiz("v", [quoted], 9)[0].id]
    assert len(set(ids)) == 6


def test_keys_are_dealt_to_all_positions_alike_though_the_model_always_wrote_a() -> None:
    for count in (3, 10, 21):
        quiz = merge_quiz("dQw4w9WgXcQ", [_item(number) for number in range(count)], 99)
        times = Counter(item.key for item in quiz)
        assert max(times.values()) - min(times[key] for key in range(4)) <= 1


def test_the_key_still_points_at_the_right_option() -> None:
    for number, item in enumerate(merge_quiz("v", [_item(number) for number in range(12)], 99)):
        assert item.options[item.key] == f"right {number}"
        assert sorted(item.options) == ["b", "c", "d", f"right {number}"]


def test_the_same_video_is_shuffled_the_same_way_and_another_one_is_not() -> None:
    items = [_item(number) for number in range(12)]
    assert merge_quiz("v", items, 99) == merge_quiz("v", items, 99)
    assert [item.key for item in merge_quiz("v", items, 99)] != [item.key for item in merge_quiz("w", items, 99)]
