"""What the hearing bench counts: cues over the limits of the trade, and full stops that nobody said."""

import pytest

from tests.bench.hearing.score import invented_stops, over, sentence_ends
from tests.bench.hearing.transcripts import Timed

NEVER = Timed(1e9, 1e9, "")


def shown(text: str, seconds: float = 4.0) -> Timed:
    return Timed(10.0, 10.0 + seconds, text)


@pytest.mark.parametrize("line", ["a" * 42, "記" * 16, "안" * 16, "記" * 8 + "a" * 16])
def test_a_full_line_is_within_the_limit_and_one_character_more_is_over(line: str) -> None:
    assert not over(shown(line), NEVER)
    assert over(shown(line + line[0]), NEVER)


def test_each_line_counts_by_itself() -> None:
    assert not over(shown("記" * 16 + "\n" + "a" * 42), NEVER)
    assert over(shown("a\nb\nc"), NEVER)


def test_a_cue_of_less_than_a_second_is_over_even_where_the_next_follows_at_once() -> None:
    assert over(shown("Yes.", 0.8), Timed(10.8, 12.0, "No."))
    assert not over(shown("Yes.", 1.0), Timed(11.0, 12.0, "No."))


def test_a_cue_of_more_than_seven_seconds_is_over() -> None:
    assert over(shown("Yes.", 7.2), NEVER)
    assert not over(shown("Yes.", 7.0), NEVER)


def test_a_cue_too_fast_to_be_read_is_over_only_where_it_could_have_stayed() -> None:
    fast = shown("a" * 40, 1.2)
    assert over(fast, NEVER)
    assert not over(fast, Timed(11.2, 12.0, "No."))


SAID = ["we met mr. jones today", "then we left"]


@pytest.mark.parametrize(
    ("heard", "invented"),
    [
        ("We met Mr. Jones today. Then we left.", 0),
        ("We met. Mr. Jones today then we left.", 1),
        ("We met Mr. Jones. today. Then. we left.", 2),
    ],
)
def test_a_stop_inside_a_sentence_is_invented_and_one_at_its_end_or_after_a_title_is_not(
    heard: str, invented: int
) -> None:
    pairs = {index: index for index in range(8)}
    true = sentence_ends(sentence.split() for sentence in SAID)
    assert invented_stops(pairs, true, sentence_ends([heard.split()], last_is_end=False)) == invented


def test_a_stop_where_the_end_of_a_sentence_was_lost_is_not_invented() -> None:
    pairs = {0: 0, 1: 1, 5: 2, 6: 3}  # "we met. we left"
    true = sentence_ends(sentence.split() for sentence in SAID)
    assert invented_stops(pairs, true, {1}) == 0


def test_the_mark_of_an_inserted_word_counts_between_the_words_around_it() -> None:
    pairs = {0: 0, 1: 1, 2: 3, 3: 4}  # "we met um. mr. jones"
    assert invented_stops(pairs, {4}, {2}) == 1


def test_a_mark_that_stands_alone_ends_the_word_before_it() -> None:
    assert sentence_ends([["Vous", "allez", "bien", "?", "Oui"]], last_is_end=False) == {2}
