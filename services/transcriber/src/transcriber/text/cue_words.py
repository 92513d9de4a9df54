"""The words that subtitles are made of: in order, with times, each with its punctuation."""

import unicodedata
from collections.abc import Iterable, Iterator

from transcriber.schemas import Segment, Word
from transcriber.text.segmenter import between

OPENING = "([{«“‘„¿¡（「『【〈《〔"  # marks that belong to what follows


def said(segments: Iterable[Segment]) -> list[Word]:
    """All words in order: one that follows a space begins with it, and no time goes backwards.

    Marks that stand alone join their word, as in French " !" and "« ". A segment without words gives its text, each
    word its share of the time by its length.
    """
    found: list[Word] = []
    opening = ""
    for word in _spaced(segments):
        text, earliest = opening + word.word, found[-1].end if found else 0.0
        opening = ""
        if not _is_mark(text):
            start = max(word.start, earliest)
            found.append(Word(start=start, end=max(word.end, start), word=text, probability=word.probability))
        elif text.strip() in OPENING or not found:
            opening = text
        else:
            found[-1] = found[-1].model_copy(update={"word": found[-1].word + text})
    if opening and found:
        found[-1] = found[-1].model_copy(update={"word": found[-1].word + opening})
    return found


def cut_long(words: Iterable[Word], limit: int, wide_limit: int) -> list[Word]:
    """The same, with words of more than `limit` characters (`wide_limit` full-width ones) cut into characters."""
    found: list[Word] = []
    for word in words:
        fits = len(word.word.strip()) <= (wide_limit if any(map(is_wide, word.word)) else limit)
        found += [word] if fits else spread(word, _characters(word.word))
    return found


def spread(word: Word, parts: list[str]) -> list[Word]:
    """Parts of a text, each with its share of the time by its length."""
    total, at = sum(map(len, parts)), 0
    found: list[Word] = []
    for part in parts:
        start, end = (word.start + (word.end - word.start) * place / total for place in (at, at + len(part)))
        found.append(Word(start=round(start, 3), end=round(end, 3), word=part, probability=word.probability))
        at += len(part)
    return found


def is_wide(character: str) -> bool:
    """Chinese, Japanese and Korean characters and their marks: twice as wide as a Latin letter."""
    return unicodedata.east_asian_width(character) in "WF"


def _spaced(segments: Iterable[Segment]) -> Iterator[Word]:
    """Words with one space at most, and that before them: line breaks and blanks would end a cue or widen a line."""
    before = ""
    for segment in segments:
        whole = Word(start=segment.start, end=segment.end, word=segment.text, probability=0.0)
        words = segment.words or spread(whole, [" " + word for word in segment.text.split()])
        for number, word in enumerate(words):
            text = " ".join(word.word.split())
            space = between(before, text) if number == 0 else " " * word.word[:1].isspace()
            if text:
                yield word.model_copy(update={"word": space + text})
                before = text


def _is_mark(text: str) -> bool:
    """Only punctuation, or the sign of a currency."""
    return all(unicodedata.category(character)[0] == "P" or character in " $€£¥₽" for character in text)


def _characters(text: str) -> list[str]:
    """Characters, each with the accents and signs that belong to it and the space before it."""
    found: list[str] = []
    for character in text:
        if found and (found[-1] == " " or unicodedata.combining(character) or character in "\u200c\u200d\ufe0f"):
            found[-1] += character
        else:
            found.append(character)
    return found
