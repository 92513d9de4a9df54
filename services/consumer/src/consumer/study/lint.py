"""What lets a student guess a quiz instead of knowing it, and how much of it is free of that. Pure.

The rules are those of Haladyna, Downing and Rodriguez that a program can check: "A Review of Multiple-Choice
Item-Writing Guidelines for Classroom Assessment", Applied Measurement in Education 15(3), 2002.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from consumer.material import QuizItem
from consumer.models import Record
from consumer.study.ground import alike, tokens

MUCH_LONGER = 1.5
"""A key so many times as long as its longest distractor gives itself away."""
CATCH_ALL = re.compile(r"\b(all|none|both|neither) (of|a and b)\b", re.IGNORECASE)
NEGATED = re.compile(r"\b(not|except|never|least likely)\b", re.IGNORECASE)
TELLING_LETTERS = 5
"""Shorter words of a stem are in many options and give nothing away."""


class Finding(Record):
    """One rule that these items break, in words for whoever reads the asset."""

    rule: str
    items: tuple[str, ...]
    says: str


class QuizLint(Record):
    """`score` is the share of items (0 to 1) that break no rule; 1 for no items."""

    score: float
    findings: tuple[Finding, ...]


def lint(quiz: Sequence[QuizItem]) -> QuizLint:
    """Check a whole quiz: a score from 0 to 1, and the rules that it breaks with the ids of the items that do."""
    findings = tuple(finding for finding in _findings(quiz) if finding.items)
    flagged = {item for finding in findings for item in finding.items}
    return QuizLint(score=round(1 - len(flagged) / len(quiz), 3) if quiz else 1.0, findings=findings)


def _findings(quiz: Sequence[QuizItem]) -> Iterator[Finding]:
    for rule, (says, breaks) in RULES.items():
        yield Finding(rule=rule, items=tuple(item.id for item in quiz if breaks(item)), says=says)
    yield Finding(rule="position", items=_crowded(quiz), says="the right answer stands here more often than elsewhere")
    yield Finding(rule="duplicate", items=_repeated(quiz), says="another item asks the same")


def _key(item: QuizItem) -> str:
    return item.options[item.key]


def _distractors(item: QuizItem) -> list[str]:
    return [option for number, option in enumerate(item.options) if number != item.key]


def _is_longest_by_far(item: QuizItem) -> bool:
    return len(_key(item)) > MUCH_LONGER * max(map(len, _distractors(item)))


def _has_catch_all(item: QuizItem) -> bool:
    return any(CATCH_ALL.search(option) for option in item.options)


def _is_negated(item: QuizItem) -> bool:
    return NEGATED.search(item.stem) is not None


def _echoes_stem(item: QuizItem) -> bool:
    """A telling word of the stem is in the key and in no distractor."""
    asked = {word for word in tokens(item.stem) if len(word) >= TELLING_LETTERS}
    elsewhere = {word for option in _distractors(item) for word in tokens(option)}
    return bool((asked & set(tokens(_key(item)))) - elsewhere)


RULES: dict[str, tuple[str, Callable[[QuizItem], bool]]] = {
    "length": ("the right answer is much longer than the others", _is_longest_by_far),
    "catch_all": ('an option such as "all of the above"', _has_catch_all),
    "negation": ("the question is negated", _is_negated),
    "echo": ("only the right answer repeats a word of the question", _echoes_stem),
}


def _crowded(quiz: Sequence[QuizItem]) -> tuple[str, ...]:
    """Items whose key stands where more than one above an equal share of the keys stand."""
    fair = math.ceil(len(quiz) / 4)
    taken = Counter(item.key for item in quiz)
    return tuple(item.id for item in quiz if taken[item.key] > fair + 1)


def _repeated(quiz: Sequence[QuizItem]) -> tuple[str, ...]:
    """The later one of each two items that ask the same."""
    words = {item.id: set(tokens(item.stem)) for item in quiz}
    pairs = combinations(quiz, 2)
    same = {later.id for earlier, later in pairs if alike(words[earlier.id], words[later.id])}
    return tuple(item.id for item in quiz if item.id in same)
