"""What a lecture's words are: how often it says them, how rare they are elsewhere, and which could be its terms."""

import math
from collections import Counter
from collections.abc import Sequence

from consumer.study.extract.languages import Language
from consumer.study.extract.sentences import WORD, Sentence, Word
from consumer.study.extract.words import UNKNOWN, stemmer, zipf

EVERYDAY = 5.2
"""Words more common than that (`example`, `people`, `idea`) are no terms of a subject by themselves."""
TERM_WORDS = 4
TERM_CHARACTERS = 60


class Vocabulary:
    """Counts of one lecture."""

    def __init__(self, said: Sequence[Sentence], language: Language) -> None:
        self.language = language
        self._stem = stemmer(language.code)
        self._text = " . ".join(" ".join(self._stem(word.key) for word in sentence.words) for sentence in said)
        self._text = f" {self._text} "
        self.count = sum(len(sentence.words) for sentence in said)
        self._inside: Counter[str] = Counter()
        self._capital: Counter[str] = Counter()
        for sentence in said:
            self._inside.update(word.key for word in sentence.words[1:])
            self._capital.update(word.key for word in sentence.words[1:] if word.text[0].isupper())

    def written(self, term: str) -> str:
        """The term as it is written inside sentences: without the capital of a sentence's beginning."""
        first = term.split(maxsplit=1)[0]
        key = first.casefold()
        is_begun = first.istitle() and 2 * self._capital[key] < self._inside[key]
        return term[0].lower() + term[1:] if is_begun and not self.language.nouns_have_capitals else term

    def key(self, term: str) -> str:
        """One name for all forms of a term."""
        return " ".join(self._stem(word.casefold()) for word in term.split())

    def times(self, term: str) -> int:
        """How often the lecture says the term, in any form."""
        return self._text.count(f" {self.key(term)} ")

    def mentions(self, text: str, term: str) -> bool:
        """Whether a text has the term, in any form."""
        return self.count_in(text, term) > 0

    def count_in(self, text: str, term: str) -> int:
        """How often a text has the term, in any form."""
        said = " ".join(self._stem(match.group().casefold()) for match in WORD.finditer(text))
        return f" {said} ".count(f" {self.key(term)} ")

    def is_function(self, word: Word) -> bool:
        """Whether the word has no meaning of its own."""
        return word.key in self.language.function_words

    def is_name(self, word: Word) -> bool:
        """Whether the lecture always writes the word with a capital, and the language does not do so with all nouns."""
        always = self._capital[word.key] == self._inside[word.key] > 0
        return always and not self.language.nouns_have_capitals

    def zipf(self, word: str) -> float:
        """How common the word is elsewhere."""
        return zipf(word, self.language.code)

    def rarity(self, term: str) -> float:
        """Of the term's rarest word: 0 for everyday ones, up to about 5."""
        return max((EVERYDAY - self.zipf(word) for word in term.split() if word not in self._small), default=0.0)

    def keyness(self, term: str) -> float:
        """How much more often the lecture says it than people do elsewhere, in powers of ten."""
        per_billion = math.log10(max(self.times(term), 1) / max(self.count, 1) * 1e9)
        return per_billion - max(self.zipf(term), 1.0)

    def is_term(self, term: str) -> bool:
        """Whether words can be a term: few, not all of them everyday ones, and no slip of the transcriber."""
        words = term.split()
        if not words or len(words) > TERM_WORDS or len(term) > TERM_CHARACTERS or not any(map(str.isalpha, term)):
            return False
        if len(term) < 3 and not term.isupper():
            return False
        return self.rarity(term) > 0 and not self._is_slip(words)

    @property
    def _small(self) -> frozenset[str]:
        return self.language.function_words

    def _is_slip(self, words: list[str]) -> bool:
        """A word that no list has and that is said once was probably misheard."""
        return any(self.zipf(word) == UNKNOWN and self.times(word) < 2 and not word.isupper() for word in words)
