"""Finds what a lecture says its words mean."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consumer.study.extract import phrases
from consumer.study.extract.context import MOST_CHARACTERS, MOST_TOGETHER, is_about_me, is_talk, with_antecedent
from consumer.study.extract.phrases import Phrase
from consumer.study.extract.sentences import WORD, Sentence
from consumer.study.extract.vocabulary import Vocabulary

FEWEST_WORDS, MOST_WORDS = 5, 45
"""Of a definition: fewer explain nothing, more are no answer."""
FEWEST_TELLING = 4
"""Different words with a meaning that a naming sentence has beside the name."""
VAGUE_AMONG = 3
"""Words at a definition's beginning among which there is no opinion."""
SUBJECT_ZIPF, GENERAL_ZIPF = 4.0, 4.7
"""`The network is a …` may speak of one network; `the softmax is a …` hardly of one softmax.

The second where a language speaks of things in general with its definite article.
"""
ABBREVIATION, NAMING, PREDICATE, ABOUT_ME = 4.0, 2.2, 2.0, -0.5
NAMED_RARITY = 0.7
"""A term that is said once has a name rarer than that."""
FLOOR = 2.0
"""What a definition scores: by how it is put, up to one more for a rare term, less where the speaker says I."""
CUT = re.compile(r"[,;:]\s|\s[–—]\s")
CLAUSE = re.compile(r"[,;]\s(?:and|but|so|und|aber|denn|sodass|y|pero|et|mais)\s|;\s", re.IGNORECASE)
"""Where a definition is over and something else begins."""
TURN = re.compile(r"[\"”]?[,;:]\s|\s[–—]\s|\s(?:and|but|so|und|aber|y|pero|et|mais)\s", re.IGNORECASE)
"""Where a sentence that goes on to talk may be cut."""


@dataclass(frozen=True)
class Definition:
    """A term, what is said of it, and the words that prove it; `number` is the sentence's.

    `is_predicate`: `says` is what the term is, and does not hold the term; else it is the sentence that names it.
    """

    term: str
    says: str
    quote: str
    number: int
    score: float
    is_predicate: bool


def definitions(said: Sequence[Sentence], vocabulary: Vocabulary) -> list[Definition]:
    """The best definition of each term, in the order in which they are said."""
    best: dict[str, Definition] = {}
    for sentence in said:
        for found in _all(sentence, said, vocabulary):
            key = vocabulary.key(found.term)
            if found.score >= FLOOR and (key not in best or found.score > best[key].score):
                best[key] = found
    return sorted(best.values(), key=lambda found: found.number)


def _all(sentence: Sentence, said: Sequence[Sentence], vocabulary: Vocabulary) -> Iterator[Definition]:
    if not sentence.is_question and not sentence.is_stumbling:
        yield from _abbreviations(sentence, vocabulary)
        yield from _predicates(sentence, vocabulary)
        yield from _namings(sentence, said, vocabulary)


def _abbreviations(sentence: Sentence, vocabulary: Vocabulary) -> Iterator[Definition]:
    """`GPT stands for …`"""
    for pattern in vocabulary.language.stands_for:
        for match in pattern.finditer(sentence.text):
            earlier = [word.text for word in sentence.words if word.end <= match.start()]
            says = _clipped(sentence.text[match.end() :]).strip('"“”„«»')
            if earlier and earlier[-1].isupper() and len(earlier[-1]) > 1 and 0 < len(says) <= MOST_CHARACTERS:
                yield Definition(earlier[-1], says, sentence.text, sentence.number, ABBREVIATION, is_predicate=True)


def _predicates(sentence: Sentence, vocabulary: Vocabulary) -> Iterator[Definition]:
    """`A transformer is a kind of …`"""
    for pattern in vocabulary.language.is_a:
        for match in pattern.finditer(sentence.text):
            find = phrases.ending if match.group().startswith(",") else phrases.before
            term = find(sentence, match.start(), vocabulary)
            says = _clipped(sentence.text[match.end() :])
            if term and _is_subject(sentence, term, vocabulary) and _is_explanation(says, vocabulary):
                written = vocabulary.written(term.text)
                score = PREDICATE + vocabulary.rarity(written) / 5
                yield Definition(written, says, sentence.text, sentence.number, score, is_predicate=True)


def _is_subject(sentence: Sentence, term: Phrase, vocabulary: Vocabulary) -> bool:
    """A term of the lecture, spoken of in general, and not in a sentence that denies something first."""
    language = vocabulary.language
    if any(word.key in language.negations for word in sentence.words if word.end <= term.start):
        return False
    is_rare = any(vocabulary.zipf(word) < SUBJECT_ZIPF for word in term.text.split())
    is_general = term.article in language.indefinite or not term.article
    if term.article in language.articles and is_general:
        is_general = any(vocabulary.zipf(word) < GENERAL_ZIPF for word in term.text.split())
    return vocabulary.is_term(term.text) and vocabulary.times(term.text) > 1 and (is_rare or is_general)


def _is_explanation(says: str, vocabulary: Vocabulary) -> bool:
    """Long enough, about the subject, no mere opinion (`a bit odd`, `an example`), and not only what it is not just."""
    language, words = vocabulary.language, says.casefold().split()
    if len(words) < FEWEST_WORDS or len(says) > MOST_CHARACTERS or is_talk(says, vocabulary):
        return False
    if language.half.search(says):
        return False
    if words[0] in language.leaning - language.determiners or words[-1] in language.leaning:
        return False
    return not language.vague.search(" ".join(words[: VAGUE_AMONG + (words[0] in language.determiners)]))


def _namings(sentence: Sentence, said: Sequence[Sentence], vocabulary: Vocabulary) -> Iterator[Definition]:
    """`… which is called backpropagation`"""
    for match, term in _named(sentence, vocabulary):
        text = _up_to_talk(sentence.text, term.end, vocabulary)
        if _is_name(sentence, match, term, vocabulary) and not vocabulary.language.talk.search(text):
            says = with_antecedent(sentence, text, match, said, vocabulary)
            if says and _describes(says, term, vocabulary):
                written = vocabulary.written(term.text)
                score = NAMING + vocabulary.rarity(written) / 5 + ABOUT_ME * is_about_me(says)
                yield Definition(written, says, says, sentence.number, score, is_predicate=False)


def _named(sentence: Sentence, vocabulary: Vocabulary) -> Iterator[tuple[re.Match[str], Phrase]]:
    for pattern in vocabulary.language.naming:
        for match in pattern.finditer(sentence.text):
            if term := phrases.after(sentence, match.end(), vocabulary):
                yield match, term
    for pattern in vocabulary.language.named:
        for match in pattern.finditer(sentence.text):
            if term := phrases.within(sentence, *match.span("term"), vocabulary):
                yield match, term


def _is_name(sentence: Sentence, match: re.Match[str], term: Phrase, vocabulary: Vocabulary) -> bool:
    """A term, of something that is said (not `a thing called …`), which the words before do not have already."""
    is_known = term.is_quoted or vocabulary.times(term.text) > 1 or vocabulary.rarity(term.text) > NAMED_RARITY
    earlier = [word.key for word in sentence.words if word.end <= match.start()]
    names_something = vocabulary.language.things.isdisjoint(earlier[-3:])
    is_circular = vocabulary.mentions(sentence.text[: match.start()], term.text)
    return is_known and names_something and not is_circular and vocabulary.is_term(term.text)


def _describes(says: str, term: Phrase, vocabulary: Vocabulary) -> bool:
    words = {match.group().casefold() for match in WORD.finditer(says)}
    telling = words - set(term.text.casefold().split()) - vocabulary.language.function_words
    return len(telling) >= FEWEST_TELLING and len(says.split()) <= MOST_TOGETHER and len(says) <= MOST_CHARACTERS


def _up_to_talk(text: str, at: int, vocabulary: Vocabulary) -> str:
    """Cut after the term where the rest is talk or too long."""
    if not is_talk(text[at:], vocabulary) and len(text.split()) <= MOST_WORDS:
        return text
    turn = TURN.search(text, at)
    return text[: turn.start()].rstrip(",;: ") + "." if turn else text


def _clipped(text: str) -> str:
    """What a definition says, up to where something else begins, without the full stop."""
    turns = [turn.start() for turn in CLAUSE.finditer(text)]
    text = next((text[:turn] for turn in turns if len(text[:turn].split()) > FEWEST_WORDS), text)
    words = text.split()
    if len(words) > MOST_WORDS:
        head = " ".join(words[:MOST_WORDS])
        marks = [mark.start() for mark in CUT.finditer(head)]
        text = head[: marks[-1]] if marks else ""
    return text.strip().rstrip(".!…,;: ")
