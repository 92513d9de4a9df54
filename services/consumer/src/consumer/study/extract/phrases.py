"""Where a term begins and ends in a sentence."""

import re
from dataclasses import dataclass

from consumer.study.extract.sentences import Sentence, Word
from consumer.study.extract.vocabulary import TERM_WORDS, Vocabulary

QUOTED = re.compile(r"[\"“”„«‘]\s?(?P<term>[^\"“”„«»’]{2,60}?)\s?[\"”“»’]")
CLAUSE = re.compile(r"[,;:—–]\s|\b(?:that|dass|que)\s", re.IGNORECASE)
ADVERB = re.compile(r"\w{3,}(?:ly|mente|ment)$")


@dataclass(frozen=True)
class Phrase:
    """Characters `start` to `end` of a sentence; `article` is the determiner before them, without case."""

    text: str
    start: int
    end: int
    article: str = ""
    is_quoted: bool = False


def after(sentence: Sentence, at: int, vocabulary: Vocabulary) -> Phrase | None:
    """The term that begins at `at`, up to a mark or a small word; None where there is none."""
    quoted = QUOTED.match(sentence.text, _skip_determiner(sentence, at, vocabulary))
    if quoted:
        return Phrase(quoted["term"], *quoted.span("term"), is_quoted=True)
    words = [word for word in sentence.words if word.start >= at]
    article = ""
    if words and words[0].key in vocabulary.language.determiners:
        article, words = words[0].key, words[1:]
    run = _best(_run(sentence, words, vocabulary), vocabulary)
    beside = next((word for word in words if run and word.start > run[-1].end), None)
    if not run or (beside and beside.key in vocabulary.language.particles):
        return None
    return _phrase(sentence, run, article)


def before(sentence: Sentence, at: int, vocabulary: Vocabulary) -> Phrase | None:
    """The clause that ends at `at`, where it is one term and nothing else; None where it is not."""
    marks = [mark.end() for mark in CLAUSE.finditer(sentence.text, 0, at)]
    words = [word for word in sentence.words if word.start >= (marks[-1] if marks else 0) and word.end <= at]
    while words and words[0].key in vocabulary.language.connectors:
        words = words[1:]
    article = ""
    if words and words[0].key in vocabulary.language.determiners:
        article, words = words[0].key, words[1:]
    if len(words) > 1 and words[0].key in vocabulary.language.labels:
        words = words[1:]
    run = _run(sentence, words, vocabulary)
    is_nominal = all(word.key in vocabulary.language.genitives for word in run if vocabulary.is_function(word))
    return _phrase(sentence, run, article) if run and len(run) == len(words) and is_nominal else None


def within(sentence: Sentence, start: int, end: int, vocabulary: Vocabulary) -> Phrase | None:
    """The words from `start` to `end` without small words before them; None where there are small words inside."""
    words = [word for word in sentence.words if start <= word.start and word.end <= end]
    while words and vocabulary.is_function(words[0]):
        words = words[1:]
    run = _run(sentence, words, vocabulary)
    return _phrase(sentence, run, "") if run and len(run) == len(words) else None


def ending(sentence: Sentence, at: int, vocabulary: Vocabulary) -> Phrase | None:
    """The longest term right before `at` that the lecture says more than once."""
    words = [word for word in sentence.words if word.end <= at][-TERM_WORDS:]
    for first in range(len(words)):
        run = _run(sentence, words[first:], vocabulary)
        is_nominal = all(word.key in vocabulary.language.genitives for word in run if vocabulary.is_function(word))
        if run and run[-1] is words[-1] and is_nominal and vocabulary.times(_phrase(sentence, run, "").text) > 1:
            return _phrase(sentence, run, "")
    return None


def _run(sentence: Sentence, words: list[Word], vocabulary: Vocabulary) -> list[Word]:
    """Words with nothing but spaces between them, up to the first that cannot stand in a term."""
    run: list[Word] = []
    for number, word in enumerate(words):
        gap = sentence.text[words[number - 1].end : word.start] if number else ""
        if gap.strip() or ADVERB.match(word.key) or word.key in vocabulary.language.speakers:
            break
        is_joint = bool(run) and word.key in vocabulary.language.joiners
        if vocabulary.is_function(word) and not is_joint:
            break
        if vocabulary.language.nouns_have_capitals and run and run[-1].text[0].isupper() and word.text[0].islower():
            break
        run.append(word)
    while run and vocabulary.is_function(run[-1]):
        run.pop()
    return run


def _best(run: list[Word], vocabulary: Vocabulary) -> list[Word]:
    """All of a short run; of a long one, or one over a joint, the longest beginning that the lecture says twice."""
    has_joint = any(vocabulary.is_function(word) for word in run)
    if len(run) <= 3 and not has_joint:
        return run
    for last in range(min(len(run), TERM_WORDS + 1), 0, -1):
        head = run[:last]
        if not vocabulary.is_function(head[-1]) and vocabulary.times(" ".join(word.key for word in head)) > 1:
            return head
    joint = next((number for number, word in enumerate(run) if vocabulary.is_function(word)), len(run))
    return run[:joint] if joint <= 3 else []


def _phrase(sentence: Sentence, run: list[Word], article: str) -> Phrase:
    start, end = (run[0].start, run[-1].end) if run else (0, 0)
    return Phrase(sentence.text[start:end], start, end, article)


def _skip_determiner(sentence: Sentence, at: int, vocabulary: Vocabulary) -> int:
    first = next((word for word in sentence.words if word.start >= at), None)
    return first.end + 1 if first and first.key in vocabulary.language.determiners else at
