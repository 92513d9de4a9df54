"""Sentences that ask well with one term left out."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consumer.material import BLANK
from consumer.study.extract.context import stands_alone
from consumer.study.extract.languages import words
from consumer.study.extract.sentences import Sentence, Word
from consumer.study.extract.vocabulary import EVERYDAY, Vocabulary

CONDITIONS = words("if when while wenn falls während si cuando mientras quand lorsque lorsqu")
NUMBER = re.compile(r"\d[\d.,]*")
RARE = 4.2
"""Frequency below which a word is worth asking for; prices and rates are in every other sentence."""
FEWEST_CLUES, MOST_CLUES = 3, 5
"""Other words of the subject in the sentence, so that the gap has one answer."""
BEFORE_THEME = 3
"""Words of its clause before a gap at most: what a sentence is about stands at its beginning."""


@dataclass(frozen=True)
class Gap:
    """A sentence with a gap and the term that belongs there; `score` says how well it asks."""

    front: str
    answer: str
    quote: str
    number: int
    score: float


def gaps(said: Sequence[Sentence], terms: Iterable[str], used: frozenset[int], vocabulary: Vocabulary) -> list[Gap]:
    """Best first; every sentence and every term once. `used` are sentences that say something already."""
    rare = {term for term in terms if any(vocabulary.zipf(word) < RARE for word in term.split())}
    wanted = sorted(rare, key=lambda term: (-len(term.split()), term))
    found = [
        gap
        for sentence in said
        if sentence.number not in used and stands_alone(sentence, vocabulary) and not _points(sentence, vocabulary)
        for gap in _in(sentence, wanted, vocabulary)
    ]
    asked: set[str] = set()
    best: list[Gap] = []
    for gap in sorted(found, key=lambda gap: (-gap.score, gap.number)):
        uses = {gap.quote, vocabulary.key(gap.answer)}
        if not uses & asked:
            asked |= uses
            best.append(gap)
    return best


def _points(sentence: Sentence, vocabulary: Vocabulary) -> bool:
    """Whether it speaks of `these elasticities`, wherever in it, or works an example with numbers."""
    language = vocabulary.language
    pointing = (language.leaning & language.determiners) - language.articles - {"that", "his", "her", "its", "their"}
    return any(word.key in pointing for word in sentence.words) or len(NUMBER.findall(sentence.text)) > 1


def _in(sentence: Sentence, terms: Sequence[str], vocabulary: Vocabulary) -> list[Gap]:
    """Gaps for what the sentence is about: a term that begins a clause, and is all of what begins it."""
    keys = [vocabulary.key(word.text) for word in sentence.words]
    times = Counter(keys)
    found: list[Gap] = []
    for term in terms:
        wanted = vocabulary.key(term).split()
        for at in range(len(keys) - len(wanted) + 1):
            is_here = keys[at : at + len(wanted)] == wanted and all(times[key] == 1 for key in wanted)
            if is_here and _is_theme(sentence, at, at + len(wanted), vocabulary):
                gap = _gap(sentence, at, len(wanted), vocabulary)
                found += [gap] if gap else []
    return found


def _is_theme(sentence: Sentence, first: int, end: int, vocabulary: Vocabulary) -> bool:
    said = sentence.words
    head = sentence.text[: said[first].start]
    clause = max(head.rfind(mark) for mark in (", ", ": ", "; ")) + 1
    before = [word for word in said[:first] if word.start >= clause]
    if len(before) > BEFORE_THEME or vocabulary.is_name(said[end - 1]) or end == len(said):
        return False
    if (
        not {word.key for word in before}
        <= vocabulary.language.determiners | vocabulary.language.connectors | CONDITIONS
    ):
        return False
    return vocabulary.is_function(said[end])


def _gap(sentence: Sentence, at: int, count: int, vocabulary: Vocabulary) -> Gap | None:
    left_out = sentence.words[at : at + count]
    start, end = left_out[0].start, left_out[-1].end
    answer = sentence.text[start:end]
    if NUMBER.search(answer) or (vocabulary.language.nouns_have_capitals and not left_out[-1].text[0].isupper()):
        return None
    others = [word for word in sentence.words if word not in left_out]
    telling = {word.key for word in others if _tells(word, vocabulary)}
    recurring = sum(vocabulary.times(word) > 1 for word in telling)
    if len(telling) < FEWEST_CLUES or not recurring:
        return None
    score = min(vocabulary.keyness(answer), 4.0) + 0.5 * min(recurring, MOST_CLUES)
    return Gap(sentence.text[:start] + BLANK + sentence.text[end:], answer, sentence.text, sentence.number, score)


def _tells(word: Word, vocabulary: Vocabulary) -> bool:
    """Whether the word says what its sentence is about."""
    return not vocabulary.is_function(word) and vocabulary.zipf(word.key) < EVERYDAY
