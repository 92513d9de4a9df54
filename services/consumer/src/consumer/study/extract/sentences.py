"""The sentences of a lecture and their words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consumer.models import Segment
from consumer.study.extract.languages import Language

END = re.compile(r"(?<=[.!?…。])[\"”’)»]*\s+(?=[^a-zß-ÿ])")
ABBREVIATED = re.compile(
    r"(?:(?<![\w'’])[^\W\d_]|\b(?:bzw|ca|cf|dr|etc|e\.g|i\.e|mr|mrs|ms|prof|sr|sra|vs|z\.b|d\.h|p\. ?ej))\.$",
    re.IGNORECASE,
)
"""A full stop after one of these ends no sentence."""
WORD = re.compile(r"\d[\d.,]*\d|(?:[^\W_]|['’\-](?=\w))+")
STUTTER = re.compile(r"(\w)\1{3,}|\b(\w+)(?:[\s,]+\2\b)+", re.IGNORECASE)
"""A letter four times or a word twice in a row: speaker or transcriber stumbled here."""
FREE_END = re.compile(r"(?:[a-zß-ÿ]|[a-zß-ÿ.!?][\"”»)])$")
"""What a sentence without its full stop ends with."""
LONG = 30
"""Words of a sentence in which full stops are looked for that nobody wrote."""
WORDS_PER_STOP = 60
"""A transcript with fewer stops than that has none to rely on."""


@dataclass(frozen=True)
class Word:
    """One word and where it stands in its sentence."""

    text: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """Without case, to count and compare by."""
        return self.text.casefold().replace("’", "'").rstrip("'")


@dataclass(frozen=True)
class Sentence:
    """One sentence as it was said; `number` counts from 0."""

    number: int
    text: str
    words: tuple[Word, ...]

    @property
    def is_question(self) -> bool:
        """Whether it asks."""
        return "?" in self.text or self.text.startswith("¿")

    @property
    def is_stumbling(self) -> bool:
        """Whether words or letters are repeated in a row, or something was not heard (`[inaudible]`)."""
        return "[" in self.text or STUTTER.search(self.text) is not None


def sentences(segments: Sequence[Segment], language: Language | None) -> list[Sentence]:
    """All sentences with words, in order."""
    texts = _split(" ".join(" ".join(segment.text.split()) for segment in segments))
    if language:
        texts = [part for text in texts for part in _unstopped(text, language)]
    read = ((text, tuple(_words(text, language))) for text in texts)
    return [Sentence(number, text, found) for number, (text, found) in enumerate(each for each in read if each[1])]


def _words(text: str, language: Language | None) -> Iterator[Word]:
    for found in WORD.finditer(text):
        start, end = found.span()
        while language and language.elisions and (small := language.elisions.match(text, start, end)):
            yield Word(small.group(), *small.span())
            start = small.end()
        yield Word(text[start:end], start, end)


def is_punctuated(said: Sequence[Sentence]) -> bool:
    """Whether full stops tell where sentences end, unlike in many captions."""
    stops = sum(sentence.text.rstrip('"”’)»')[-1:] in ".!?…" for sentence in said)
    return sum(len(sentence.words) for sentence in said) <= WORDS_PER_STOP * stops


def _split(text: str) -> list[str]:
    parts: list[str] = []
    for part in END.split(text):
        if parts and ABBREVIATED.search(parts[-1]):
            parts[-1] += f" {part}"
        else:
            parts.append(part)
    return parts


def _unstopped(text: str, language: Language) -> Iterator[str]:
    """A long sentence cut where a small word has a capital: somebody forgot a full stop there."""
    at = 0
    if len(text.split()) > LONG:
        for found in WORD.finditer(text):
            word, before = found.group(), text[: found.start()].rstrip()
            is_opening = word.istitle() and len(word) > 1 and word.casefold() in language.function_words
            if is_opening and FREE_END.search(before):
                yield text[at : found.start()].strip()
                at = found.start()
    yield text[at:].strip()
