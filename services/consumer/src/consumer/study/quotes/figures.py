"""Number words as digits, in the languages that text2num reads. The one file that knows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from text_to_num import find_numbers  # pyright: ignore[reportUnknownVariableType] it comes without types

LANGUAGES = frozenset({"en", "fr", "es", "pt", "de", "nl", "da", "it"})


@dataclass(frozen=True)
class Figure:
    """A number that the words `start` to `end` spell."""

    start: int
    end: int
    text: str


class _Spelled:
    """A word as text2num wants it; what stands `apart` from the word before it belongs to no number with it."""

    def __init__(self, word: str, apart: bool) -> None:
        self._word = word
        self._apart = apart

    def text(self) -> str:
        return self._word

    def nt_separated(self, _: "_Spelled") -> bool:
        return self._apart

    def not_a_number_part(self) -> bool:
        return False


def figures(words: Sequence[str], apart: Sequence[bool], language: str) -> list[Figure]:
    """The numbers in a run of lower-case words, in order; none in other languages."""
    if language not in LANGUAGES:
        return []
    spelled = [_Spelled(word, is_apart) for word, is_apart in zip(words, apart, strict=True)]
    found = cast("list[Any]", find_numbers(spelled, language, 0.0))
    return [Figure(number.start, number.end, number.text) for number in found]
