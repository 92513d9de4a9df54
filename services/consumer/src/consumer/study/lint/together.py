"""What gives the items of one quiz away together. Pure."""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import combinations, permutations

from consumer.material import QuizItem
from consumer.study.ground import alike, tokens
from consumer.study.lint.flaws import TELLING_LETTERS, key_of

SHARED_WORDS = 2
"""Telling words of a question in another question that also has its answer."""


def crowded(quiz: Sequence[QuizItem]) -> frozenset[str]:
    """Items whose key stands where more than one above an equal share of the keys stand."""
    fair = math.ceil(len(quiz) / 4)
    taken = Counter(item.key for item in quiz)
    return frozenset(item.id for item in quiz if taken[item.key] > fair + 1)


def repeated(quiz: Sequence[QuizItem]) -> frozenset[str]:
    """The later one of each two items that ask the same and have the same answer."""
    words = {item.id: set(tokens(f"{item.stem} {key_of(item)}")) for item in quiz}
    return frozenset(later.id for one, later in combinations(quiz, 2) if alike(words[one.id], words[later.id]))


def given_away(quiz: Sequence[QuizItem]) -> frozenset[str]:
    """Items whose stem tells another item's answer: it has the answer, and words of that question.

    Words that stand in most stems of a quiz (`Which of these words …`) belong to no question.
    """
    stems = Counter(word for item in quiz for word in set(tokens(item.stem)))
    usual = {word for word, count in stems.items() if count > max(len(quiz) / 2, 2)}
    return frozenset(teller.id for teller, asked in permutations(quiz, 2) if _tells(teller, asked, usual))


def _tells(teller: QuizItem, asked: QuizItem, usual: set[str]) -> bool:
    said, answer = tokens(teller.stem), tokens(key_of(asked))
    if not any(len(word) >= TELLING_LETTERS for word in answer) or not set(answer) <= set(said):
        return False
    shared = {word for word in tokens(asked.stem) if len(word) >= TELLING_LETTERS} & set(said)
    return len(shared - set(answer) - usual) >= SHARED_WORDS
