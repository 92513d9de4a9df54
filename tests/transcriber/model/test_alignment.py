"""Words keep every character of the text, whatever marks stand alone."""

import random

import pytest

from transcriber.model.alignment import merged
from transcriber.model.backend import WindowWord

PIECES = [
    " said",
    " it",
    "is",
    " ",
    "",
    ' "',
    '"',
    ' ("',
    "(",
    " (",
    " -",
    "-",
    ".",
    ",",
    " ¿",
    "“",
    "”",
    "。",
    "太阳",
    " x",
]


def words(*texts: str) -> list[WindowWord]:
    return [WindowWord(n, n + 1, text, 0.5) for n, text in enumerate(texts)]


def texts(*pieces: str) -> list[str]:
    return [word.text for word in merged(words(*pieces))]


def test_joined_words_are_the_same_text_in_the_same_order() -> None:
    chance = random.Random(1)
    for _ in range(3000):
        pieces = chance.choices(PIECES, k=chance.randrange(9))
        found = merged(words(*pieces))
        assert "".join(word.text for word in found) == "".join(pieces)
        times = [at for word in found for at in (word.start, word.end)]
        assert times == sorted(times)


@pytest.mark.parametrize(
    ("pieces", "joined"),
    [
        ([" said", ".", " So"], [" said.", " So"]),
        ([" said", ' "', " hello"], [" said", ' " hello']),
        ([" it", " is", " -", " well"], [" it", " is", " - well"]),
        ([" see", " (", "the", ")", " sun"], [" see", " (the)", " sun"]),
        ([" sun", " ("], [" sun ("]),
        (['"', "Hello", "!", '"'], ['"Hello!"']),
        ([" ¿"], [" ¿"]),
        ([], []),
    ],
)
def test_marks_join_the_word_they_belong_to(pieces: list[str], joined: list[str]) -> None:
    assert texts(*pieces) == joined
