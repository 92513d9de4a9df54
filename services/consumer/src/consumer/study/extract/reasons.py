"""Facts of which the lecture says why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consumer.study.extract.context import stands_alone
from consumer.study.extract.sentences import WORD, Sentence
from consumer.study.extract.vocabulary import Vocabulary

FEWEST_WORDS = 3
"""Of a fact, and of a reason."""


@dataclass(frozen=True)
class Reason:
    """A fact and its reason, both verbatim from `quote`."""

    fact: str
    reason: str
    quote: str
    number: int


def reasons(said: Sequence[Sentence], vocabulary: Vocabulary) -> Iterator[Reason]:
    """In order; only where fact and reason are each understood alone."""
    for sentence in said:
        match = vocabulary.language.because.match(sentence.text)
        if match and stands_alone(sentence, vocabulary):
            fact = _without_connectors(match["fact"].strip(" ,;"), vocabulary)
            reason = match["reason"].strip().rstrip(".!")
            if _is_clear(fact, vocabulary) and _is_clear(reason, vocabulary):
                yield Reason(fact, reason, sentence.text, sentence.number)


def _without_connectors(fact: str, vocabulary: Vocabulary) -> str:
    """`And the bridge fell` → `The bridge fell`."""
    first, _, rest = fact.partition(" ")
    if rest and first.casefold().strip(",") in vocabulary.language.connectors:
        return _without_connectors(rest, vocabulary)
    return fact[0].upper() + fact[1:]


def _is_clear(text: str, vocabulary: Vocabulary) -> bool:
    """Enough words, a term of the subject among them, and no pronoun to begin with."""
    words = [match.group() for match in WORD.finditer(text)]
    if len(words) < FEWEST_WORDS or words[0].casefold() in vocabulary.language.leaning:
        return False
    return any(vocabulary.is_term(word) and vocabulary.times(word) > 1 for word in words)
