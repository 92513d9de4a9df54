"""Quiz items from definitions: which of the lecture's own terms is meant?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from consumer.study.extract.definitions import Definition
from consumer.study.extract.vocabulary import Vocabulary

ALIKE = 2
"""Meaningful words that two definitions share, from which on both terms could be defended."""
FEWEST_TERMS = 6
"""With fewer, the same options would stand under every item, and the last one would be guessed."""


@dataclass(frozen=True)
class Match:
    """A definition, the term that it explains and three others that the lecture explains elsewhere."""

    definition: Definition
    wrong: tuple[str, str, str]


def matches(found: Sequence[Definition], vocabulary: Vocabulary) -> list[Match]:
    """One item a definition that stands alone and does not hold its term, where there are terms of its kind."""
    made: list[Match] = []
    for definition in found:
        if definition.is_predicate and not _tells(definition.says, definition.term, vocabulary):
            others = [other.term for other in found if _could_be_meant(other, definition, vocabulary)]
            others.sort(key=lambda term: (_distance(term, definition.term), term))
            if len(others) >= FEWEST_TERMS - 1:
                made.append(Match(definition, (others[0], others[1], others[2])))
    return made


def _could_be_meant(other: Definition, definition: Definition, vocabulary: Vocabulary) -> bool:
    """Another term, of the same form, that the definition does not speak of."""
    return (
        other.quote != definition.quote
        and not _tells(definition.quote, other.term, vocabulary)
        and not _tells(other.quote, definition.term, vocabulary)
        and _form(other.term) == _form(definition.term)
        and len(_telling(other.quote, vocabulary) & _telling(definition.says, vocabulary)) < ALIKE
    )


def _tells(text: str, term: str, vocabulary: Vocabulary) -> bool:
    """Whether a text has one of the term's words, in any form."""
    said = {vocabulary.key(word) for word in re.findall(r"[\w-]+", text)}
    return bool(
        said & {key for word in term.split() if (key := vocabulary.key(word)) not in vocabulary.language.joiners}
    )


def _telling(text: str, vocabulary: Vocabulary) -> set[str]:
    words = {word.casefold() for word in re.findall(r"[\w-]+", text)} - vocabulary.language.function_words
    return {vocabulary.key(word) for word in words}


def _form(term: str) -> tuple[bool, bool]:
    """What would give a term away beside others: an abbreviation, a plural."""
    return term.isupper(), term.endswith("s") and not term.endswith(("ss", "us", "is"))


def _distance(term: str, answer: str) -> tuple[int, int]:
    return abs(len(term.split()) - len(answer.split())), abs(len(term) - len(answer))
