"""Where a lecture turns to other words: a table of contents without understanding.

After Hearst, "TextTiling: Segmenting Text into Multi-paragraph Subtopic Passages", Computational Linguistics 23(1),
1997: a section begins where the words before and after have least in common.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, pstdev

from consumer.models import Segment
from consumer.study.extract.sentences import WORD
from consumer.study.extract.vocabulary import EVERYDAY, Vocabulary

SHORTEST_S = 150.0
USUAL_S = 360.0
"""There are no more sections than so many seconds allow."""
COMPARED_WORDS = 60
"""Meaningful words before and after a place whose likeness is measured."""
DEVIATIONS = 1.0
"""Of the likeness over the whole lecture: a turn is less alike than the mean by so many."""
LONG_PAUSE_S, PAUSE_WORTH = 3.0, 0.1
"""A pause of that length makes a place so much better."""
TITLE_TERMS, FEWEST_TERMS, FEWEST_TIMES = 3, 2, 2
"""Terms that stand for a section, each said so often in it."""


@dataclass(frozen=True)
class Passage:
    """A section from segment number `first` on (counted from 0), and the terms that are said most in it."""

    first: int
    terms: tuple[str, ...]


def passages(segments: Sequence[Segment], terms: Sequence[str], vocabulary: Vocabulary) -> list[Passage]:
    """In order; none where no terms stand for any. A section for which one term stands belongs to the one before."""
    starts = [0, *_turns(segments, vocabulary)]
    texts = [
        " ".join(segment.text for segment in segments[first:end]) for first, end in pairwise([*starts, len(segments)])
    ]
    counts = [{term: vocabulary.count_in(text, term) for term in terms} for text in texts]
    found = [Passage(first, _standing_for(count, counts)) for first, count in zip(starts, counts, strict=True)]
    return [each for each in found if len(each.terms) >= FEWEST_TERMS]


def _standing_for(here: dict[str, int], everywhere: Sequence[dict[str, int]]) -> tuple[str, ...]:
    """The terms that are said here more than elsewhere, most telling first."""

    def share(term: str) -> float:
        return here[term] ** 1.5 / sum(count[term] for count in everywhere)

    said = [term for term in here if here[term] >= FEWEST_TIMES]
    return tuple(sorted(said, key=lambda term: (-share(term), term))[:TITLE_TERMS])


def _turns(segments: Sequence[Segment], vocabulary: Vocabulary) -> list[int]:
    """The numbers of the segments that begin something new, best places first taken, none too near another."""
    words = [_meaningful(segment.text, vocabulary) for segment in segments]
    if len(segments) < 3:
        return []
    likeness = {number: _likeness(words, segments, number) for number in range(1, len(segments))}
    clear = mean(likeness.values()) - DEVIATIONS * pstdev(likeness.values())
    begin_s, end_s = segments[0].start, segments[-1].end
    taken_s = [begin_s, end_s]
    turns: list[int] = []
    for number in sorted(likeness, key=lambda number: (likeness[number], number)):
        if likeness[number] > clear or len(turns) + 1 >= (end_s - begin_s) / USUAL_S:
            break
        if all(abs(segments[number].start - other_s) >= SHORTEST_S for other_s in taken_s):
            turns.append(number)
            taken_s.append(segments[number].start)
    return sorted(turns)


def _likeness(words: Sequence[Sequence[str]], segments: Sequence[Segment], number: int) -> float:
    """The cosine of the words before and after, less for a pause between them."""
    before = [word for each in words[max(number - COMPARED_WORDS, 0) : number] for word in each][-COMPARED_WORDS:]
    after = [word for each in words[number : number + COMPARED_WORDS] for word in each][:COMPARED_WORDS]
    one, other = Counter(before), Counter(after)
    norm = math.sqrt(sum(count**2 for count in one.values()) * sum(count**2 for count in other.values()))
    alike = sum(count * other[word] for word, count in one.items()) / norm if norm else 0.0
    pause_s = max(segments[number].start - segments[number - 1].end, 0.0)
    return alike - PAUSE_WORTH * min(pause_s / LONG_PAUSE_S, 1.0)


def _meaningful(text: str, vocabulary: Vocabulary) -> list[str]:
    said = (match.group().casefold() for match in WORD.finditer(text))
    return [
        vocabulary.key(word)
        for word in said
        if word not in vocabulary.language.function_words and vocabulary.zipf(word) < EVERYDAY
    ]
