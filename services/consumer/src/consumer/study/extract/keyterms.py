"""The words that a lecture leans on, whether or not it says what they mean."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from consumer.study.extract.sentences import Sentence, Word
from consumer.study.extract.vocabulary import Vocabulary

FEWEST_TIMES, FEWEST_TIMES_SHORT = 4, 2
SHORT = 1_000
"""Words of a lecture in which a term that is said twice matters."""
LOWEST_KEYNESS = 2.0
"""A term is said a hundred times as often here as elsewhere."""
MOST_WORDS = 3
POSSESSIVE = re.compile(r"['’]s$")
LONGEST_ABBREVIATION = 6
"""Longer words in capitals are notes of whoever wrote the captions."""
MOST_QUOTED = 40
"""Words that show where a term is said."""
NOUN_SHARE = 0.25
"""Of its uses, those in which a single word stands where only a noun can."""
SWALLOWED = 0.6
"""Of a word's uses, those inside one longer term, from which on the word is not listed by itself."""


@dataclass(frozen=True)
class KeyTerm:
    """A term as it is first written, the words around it there, their sentence's number, and how often it is said."""

    term: str
    quote: str
    number: int
    times: int
    keyness: float


def key_terms(said: Sequence[Sentence], vocabulary: Vocabulary) -> list[KeyTerm]:
    """Most telling first."""
    seen: dict[str, KeyTerm] = {}
    nouns: defaultdict[str, int] = defaultdict(int)
    for sentence in said:
        for span, is_noun in _spans(sentence, vocabulary):
            text = POSSESSIVE.sub("", sentence.text[span[0].start : span[-1].end])
            key = vocabulary.key(text)
            if key not in seen:
                seen[key] = KeyTerm(text, _around(sentence, span), sentence.number, 0, 0.0)
            nouns[key] += is_noun
    found = [
        replace(each, times=vocabulary.times(each.term), keyness=vocabulary.keyness(each.term))
        for key, each in seen.items()
        if nouns[key] >= NOUN_SHARE * vocabulary.times(each.term) and _is_key(each.term, vocabulary)
    ]
    return sorted(_unswallowed(found), key=lambda term: -term.times * term.keyness)


def _around(sentence: Sentence, span: Sequence[Word]) -> str:
    """The sentence, or of a long one the words next to the term."""
    if len(sentence.words) <= MOST_QUOTED:
        return sentence.text
    first, last = sentence.words.index(span[0]), sentence.words.index(span[-1])
    start = sentence.words[max(first - MOST_QUOTED // 2, 0)].start
    return sentence.text[start : sentence.words[min(last + MOST_QUOTED // 2, len(sentence.words) - 1)].end]


def _is_key(text: str, vocabulary: Vocabulary) -> bool:
    """Said often, much more often than elsewhere, and a term: of more words each must be telling."""
    words = text.split()
    if vocabulary.times(text) < (
        FEWEST_TIMES_SHORT if vocabulary.count < SHORT else FEWEST_TIMES
    ) or not vocabulary.is_term(text):
        return False
    if text.isupper() and len(text) > LONGEST_ABBREVIATION:
        return False
    if vocabulary.language.talk.search(text) or any(
        word[0].isdigit() or (len(word) < 4 and not word.isalpha()) for word in words
    ):
        return False
    return all(vocabulary.keyness(word) >= (LOWEST_KEYNESS if len(words) == 1 else 1.0) for word in words)


def _unswallowed(found: Sequence[KeyTerm]) -> Iterator[KeyTerm]:
    for term in found:
        longer = [
            other for other in found if f" {term.term.casefold()} " in f" {other.term.casefold()} " and other != term
        ]
        if all(other.times < SWALLOWED * term.times for other in longer):
            yield term


def _spans(sentence: Sentence, vocabulary: Vocabulary) -> Iterator[tuple[Sequence[Word], bool]]:
    """Every run of one to three meaningful words, and whether it stands where only a noun can."""
    words = sentence.words
    for first in range(len(words)):
        for last in range(first, min(first + MOST_WORDS, len(words))):
            span = words[first : last + 1]
            if any(vocabulary.is_function(word) for word in span) or _is_broken(sentence, span):
                break
            begins = first > 0 and words[first - 1].key in vocabulary.language.determiners
            ends = (
                last + 1 == len(words)
                or vocabulary.is_function(words[last + 1])
                or _is_broken(sentence, words[last : last + 2])
            )
            yield span, _is_noun(span, vocabulary) or (begins and ends and not vocabulary.language.nouns_have_capitals)


def _is_noun(span: Sequence[Word], vocabulary: Vocabulary) -> bool:
    if vocabulary.language.nouns_have_capitals:
        return span[-1].text[0].isupper()
    return vocabulary.is_name(span[-1])


def _is_broken(sentence: Sentence, span: Sequence[Word]) -> bool:
    return any(sentence.text[one.end : other.start] != " " for one, other in pairwise(span))
