"""What gives one item away. Pure.

The rules are those of Haladyna, Downing and Rodriguez that a program can check: "A Review of Multiple-Choice
Item-Writing Guidelines for Classroom Assessment", Applied Measurement in Education 15(3), 2002.
"""

import re
from collections.abc import Callable, Iterator
from itertools import combinations

from consumer.material import QuizItem
from consumer.study.ground import tokens
from consumer.study.lint.wordings import (
    ABSOLUTE,
    ARTICLE,
    ASKS_FOR_THE_ODD_ONE,
    CATCH_ALL,
    EMPHASISED,
    NOT_ONLY,
)

MUCH_LONGER, LONG = 1.5, 25
"""A key of more characters, so many times as long as its longest distractor, gives itself away."""
TELLING_LETTERS = 5
"""Shorter words of a stem are in many options and give nothing away."""
SHARED = 0.75
"""Of a word's letters, those at its beginning that make it a form of another (`detector`, `detect`)."""
FEWEST_ABSOLUTE = 2
NUMBER = re.compile(r"-?\d+(?:[.,\s]\d{3})*(?:[.,]\d+)?")
LEADING_ARTICLE = frozenset(
    (
        *("a", "an", "the", "der", "die", "das", "den", "dem", "ein", "eine", "im", "in"),
        *("el", "la", "los", "las", "un", "una", "le", "les", "une", "l"),
    )
)
BELOW = re.compile(
    r"\b(?:below|under|less than|at most|up to|unter|weniger als|höchstens|menos de|moins de)\b", re.IGNORECASE
)
ABOVE = re.compile(
    r"\b(?:above|over|more than|at least|über|mehr als|mindestens|más de|al menos|plus de|au moins)\b", re.IGNORECASE
)
ADDED = frozenset({"and", "or", "und", "oder", "sowie", "y", "o", "et", "ou"})


def key_of(item: QuizItem) -> str:
    """The right option."""
    return item.options[item.key]


def distractors(item: QuizItem) -> list[str]:
    """The wrong ones."""
    return [option for number, option in enumerate(item.options) if number != item.key]


def numbers_of(item: QuizItem) -> list[float] | None:
    """The options as numbers, where each is one number with the same words around it; None where not."""
    found = [NUMBER.findall(option) for option in item.options]
    words = {NUMBER.sub("", option).strip(" .").casefold() for option in item.options}
    if len(words) > 1 or any(len(each) != 1 for each in found):
        return None
    return [_value(each[0]) for each in found]


def _value(written: str) -> float:
    """`1.700`, `1,700` and `1 700` are a thousand seven hundred; `1,7` and `1.7` are not."""
    plain = re.sub(r"[.,\s](?=\d{3}(?!\d))", "", written)
    return float(plain.replace(",", ".").replace(" ", ""))


def _is_longest_by_far(item: QuizItem) -> bool:
    longest = max(map(len, distractors(item)))
    return len(key_of(item)) > max(MUCH_LONGER * longest, LONG)


def _has_catch_all(item: QuizItem) -> bool:
    return any(CATCH_ALL.search(option.strip()) for option in item.options)


def _is_negated(item: QuizItem) -> bool:
    return ASKS_FOR_THE_ODD_ONE.search(item.stem) is not None and not EMPHASISED.search(item.stem)


def _echoes_stem(item: QuizItem) -> bool:
    """A telling word of the stem is in the key, in some form, and in no distractor; or the whole key is there."""
    asked = {word for word in tokens(item.stem) if len(word) >= TELLING_LETTERS}
    elsewhere = [word for option in distractors(item) for word in tokens(option)]
    mine = [word for word in tokens(key_of(item)) if len(word) >= TELLING_LETTERS]
    return any(
        _is_form(word, other) and not any(_is_form(word, wrong) for wrong in elsewhere)
        for word in mine
        for other in asked
    )


def _is_form(one: str, other: str) -> bool:
    shared = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        shared += 1
    return shared >= max(TELLING_LETTERS, SHARED * min(len(one), len(other)))


def _is_absolute(option: str) -> bool:
    return ABSOLUTE.search(NOT_ONLY.sub("", option)) is not None


def _exaggerates(item: QuizItem) -> bool:
    """Distractors claim too much, and the key does not."""
    return sum(map(_is_absolute, distractors(item))) >= FEWEST_ABSOLUTE and not _is_absolute(key_of(item))


def _fits_alone(item: QuizItem) -> bool:
    """The stem ends with `a` or `an`, and only the key can follow."""
    article = ARTICLE.search(item.stem)
    if not article or article["article"].casefold() not in {"a", "an"}:
        return False
    fitting = [_is_vowel(option) == (article["article"].casefold() == "an") for option in item.options]
    return fitting[item.key] and sum(fitting) == 1


def _is_vowel(option: str) -> bool:
    return option.lstrip(' "“(')[:1].casefold() in set("aeiou")


def _is_unordered(item: QuizItem) -> bool:
    values = numbers_of(item)
    return values is not None and values not in (sorted(values), sorted(values, reverse=True))


def _repeats_an_option(item: QuizItem) -> bool:
    said = [_bare(option) for option in item.options]
    return len(set(said)) < len(said)


def _bare(option: str) -> tuple[str, ...]:
    words = tokens(option)
    while len(words) > 1 and words[0] in LEADING_ARTICLE:
        words = words[1:]
    return tuple(words)


def _overlaps(item: QuizItem) -> bool:
    """Two options can be right at once: ranges that meet in more than their ends, or one that adds to another."""
    spans = [_span(option) for option in item.options]
    if all(spans):
        known = [span for span in spans if span]
        return any(one[0] < other[1] and other[0] < one[1] for one, other in combinations(known, 2))
    return any(_adds(one, other) or _adds(other, one) for one, other in combinations(map(_bare, item.options), 2))


def _span(option: str) -> tuple[float, float] | None:
    """The range that an option speaks of; None where it speaks of none."""
    values = [_value(found) for found in NUMBER.findall(re.sub(r"(?<=\d)\s*[-–]\s*(?=\d)", " to ", option))]
    if len(values) == 2 and values[0] < values[1]:
        return values[0], values[1]
    if len(values) == 1 and BELOW.search(option):
        return float("-inf"), values[0]
    if len(values) == 1 and ABOVE.search(option):
        return values[0], float("inf")
    return None


def _adds(longer: tuple[str, ...], shorter: tuple[str, ...]) -> bool:
    """`nectar and pollen` adds to `nectar`."""
    rest = longer[len(shorter) :]
    return longer[: len(shorter)] == shorter and bool(rest) and rest[0] in ADDED


RULES: dict[str, tuple[str, Callable[[QuizItem], bool]]] = {
    "duplicate_option": ("two options say the same", _repeats_an_option),
    "catch_all": ('an option such as "all of the above"', _has_catch_all),
    "overlap": ("two options can be right at once", _overlaps),
    "length": ("the right answer is much longer than the others", _is_longest_by_far),
    "echo": ("only the right answer repeats a word of the question", _echoes_stem),
    "absolutes": ("only wrong answers claim too much (always, never, only)", _exaggerates),
    "grammar": ("only the right answer fits the end of the question", _fits_alone),
    "negation": ("the question is negated, and does not say so in capitals", _is_negated),
    "order": ("numbers stand in no order", _is_unordered),
}
"""By name: what is wrong, in words, and how it is seen. The last two can be mended."""


def flaws(item: QuizItem) -> Iterator[str]:
    """The names of the rules that an item breaks."""
    return (rule for rule, (_, breaks) in RULES.items() if breaks(item))
