"""Which speech is heard again, and where what was found goes."""

import pytest

from transcriber.audio.windows import Span, Window
from transcriber.model.backend import WindowWord
from transcriber.text.second_look import in_halves, inserted, lost, may_have_lost


def window(*speech: tuple[float, float]) -> Window:
    """As long as its speech, cut from the file a minute later."""
    end = speech[-1][1]
    return Window(0, end, (Span(60, 60 + end, 0),), speech=speech)


def words(*said: tuple[float, str]) -> list[WindowWord]:
    """Words of a third of a second from these times on."""
    return [WindowWord(start, start + 0.33, " " + text, 0.9) for start, text in said]


def text_of(found: tuple[WindowWord, ...]) -> str:
    return "".join(word.text for word in found).strip()


def test_speech_that_words_account_for_is_not_heard_again() -> None:
    assert lost(window((0, 2), (2.5, 4)), words((0.2, "One"), (1.2, "two."), (2.6, "Three"), (3.4, "four."))) == []


def test_a_sentence_without_words_is_heard_again_with_a_little_around_it() -> None:
    (stretch,) = lost(
        window((0, 2), (3, 6), (7, 9)), words((0.2, "One"), (1.2, "two."), (7.1, "Three"), (8.2, "four."))
    )
    assert stretch == pytest.approx((2.7, 6.3))


def test_a_lost_end_is_heard_again_from_the_pause_before_it_on() -> None:
    said = words((0.2, "One"), (1.2, "two."), (3.1, "Three"), (7.1, "Four"), (8.2, "five."))
    (stretch,) = lost(window((0, 2), (3, 6.5), (7, 9)), said)
    assert stretch == pytest.approx((2.7, 6.8))


def test_stretches_less_than_a_second_apart_are_heard_as_one() -> None:
    said = words((0.2, "One"), (1.2, "two."))
    (stretch,) = lost(window((0, 2), (3, 4), (4.8, 6)), said)
    assert stretch == pytest.approx((2.7, 6))


def test_less_than_a_second_and_a_half_of_speech_is_not_worth_it() -> None:
    assert lost(window((0, 2), (3, 4.4)), words((0.2, "One"), (1.2, "two."))) == []


@pytest.mark.parametrize(
    ("speech", "halves"),
    [
        ([(0, 5), (6, 9), (9.5, 12)], [(0, 5.8), (5.2, 12)]),
        ([(0, 2), (2.5, 12)], [(0, 4.3), (3.7, 12)]),
        ([(0, 5)], []),
    ],
    ids=["cut in a pause near the middle", "else where it is quietest", "each would be short"],
)
def test_a_window_that_is_lost_whole_is_heard_again_in_two_halves(
    speech: list[tuple[float, float]], halves: list[tuple[float, float]]
) -> None:
    whole = window(*speech)
    found = in_halves(lost(whole, ()), whole, lambda _start, _end: 4.0)
    assert [each for half in found for each in half] == pytest.approx([each for half in halves for each in half])


def test_a_stretch_that_is_not_all_of_the_window_stays_whole() -> None:
    assert in_halves([(2.7, 9)], window((0, 12)), lambda _start, _end: 4.0) == [(2.7, 9)]


def test_what_was_found_stands_between_the_words_around_it() -> None:
    said = words((0.2, "One"), (1.2, "two."), (7.1, "Five"), (8.2, "six."))
    found = inserted(said, words((0.4, "Three"), (1.4, "four.")), (2.7, 6.3), 9)
    assert text_of(found) == "One two. Three four. Five six."
    assert found[2].start == pytest.approx(3.1)


def test_words_that_both_texts_have_at_an_edge_are_taken_once() -> None:
    said = words((0.2, "One"), (1.3, "two."), (6.5, "Five"), (8.2, "six."))
    found = inserted(said, words((0.1, "Two."), (0.6, "Three"), (1.4, "four."), (3.5, "five")), (2.1, 6.6), 9)
    assert text_of(found) == "One two. Three four. Five six."


def test_a_word_that_is_said_twice_stays_twice() -> None:
    said = words((0.2, "Hello"), (0.8, "world."))
    found = inserted(said, words((0.1, "Hello"), (0.7, "world.")), (1.2, 3), 3)
    assert text_of(found) == "Hello world. Hello world."


def test_of_a_whole_window_the_halves_leave_no_former_word() -> None:
    said = words((0.0, "Uh"), (4.9, "uh"), (9.5, "uh"))
    first = inserted(said, words((0.1, "One"), (4.2, "two.")), (0, 5.3), 10)
    assert (
        text_of(
            inserted(
                first,
                words(
                    (0.5, "Three."),
                ),
                (4.7, 10),
                10,
            )
        )
        == "One two. Three."
    )


def test_what_was_never_believed_makes_room() -> None:
    said = words((0.2, "Hm"), (3.0, "hm"), (7.1, "hm"))
    assert text_of(inserted(said, words((0.4, "Three"), (1.4, "four.")), (1.5, 6.3), 9)) == "Hm Three four. hm"


def test_nothing_found_changes_nothing() -> None:
    said = words((0.2, "One"), (1.2, "two."))
    assert inserted(said, (), (2.7, 6.3), 9) == tuple(said)


def test_a_word_before_what_was_found_ends_where_that_begins() -> None:
    said = [WindowWord(0.2, 4.0, " One.", 0.9)]
    assert inserted(said, words((0.0, "Two.")), (2.7, 6.3), 9)[0].end == pytest.approx(2.7)


@pytest.mark.parametrize(
    ("text", "seconds", "may"),
    [
        ("The sun is a star.", 1.5, False),
        ("The sun is a star.", 6, True),
        ("今天我们谈谈太阳和月亮它们都很大", 4, False),
        ("今天我们谈谈太阳和月亮它们都很大", 9, True),
        ("", 1.6, True),
    ],
)
def test_little_text_for_much_speech_may_lack_a_sentence(text: str, seconds: float, may: bool) -> None:
    assert may_have_lost(window((0, seconds)), text) == may
