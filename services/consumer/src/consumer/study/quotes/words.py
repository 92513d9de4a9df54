"""Reduces speech and quotes of it to the same words, so that an honest quote is found however it is written.

A writer tidies what it copies: digits for number words, contractions, no fillers, no stutter. Both go through here.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from consumer.study.quotes.figures import figures

MARKS = re.compile(r"[’‘ʼ＇´`']")
TOKEN = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
    r"|(?:[^\W_]|[’‘ʼ＇'](?=\w))+"
)
"""A word; or one character of a script that writes no spaces (Thai, Lao, Burmese, Khmer, Japanese, Chinese)."""
FIGURE = re.compile(r"\d+(?:[.,’']\d+)*")
THOUSANDS = re.compile(r"\d{1,3}(?:[.,’']\d{3})+")
CONTRACTED = re.compile(r"(?P<stem>.+?)(?P<rest>n[’‘ʼ＇']t|[’‘ʼ＇'](?:s|re|ve|ll|d|m))", re.IGNORECASE)
WHOLE = {
    "is": "s", "has": "s", "us": "s", "are": "re", "have": "ve", "will": "ll", "shall": "ll", "would": "d", "had": "d",
    "am": "m", "nt": "not", "wo": "ll", "ca": "can", "sha": "ll",
}  # fmt: skip
"""What a contraction's parts and the words they stand for are both reduced to."""
TWO_IN_ONE = {"cannot": "can not", "gonna": "going to", "wanna": "want to", "gotta": "got to"}
FILLERS = frozenset({
    "uh", "um", "uhm", "er", "erm", "ah", "eh", "hm", "hmm", "mm", "mhm", "huh", "like", "so", "well", "okay",
    "ok", "actually", "basically", "just", "really", "yeah", "oh", "äh", "ähm", "öh", "halt", "eben", "also",
    "euh", "ben", "bah", "hein", "pues", "bueno",
})  # fmt: skip
FILLING_PAIRS = frozenset({("you", "know"), ("i", "mean"), ("sort", "of"), ("kind", "of"), ("o", "sea")})


@dataclass(frozen=True)
class Word:
    """One word as it is compared, and where in its text it starts and ends."""

    text: str
    start: int
    end: int


def canonical(text: str, language: str) -> list[Word]:
    """The words of a text without fillers and repetitions, contractions taken apart, numbers in digits."""
    words = _counted(list(_taken_apart(text)), text, language)
    kept: list[Word] = []
    at = 0
    while at < len(words):
        if tuple(word.text for word in words[at : at + 2]) in FILLING_PAIRS:
            at += 2
            continue
        word = words[at]
        at += 1
        if word.text not in FILLERS and not (kept and kept[-1].text == word.text):
            kept.append(word)
    return kept


def normalised(word: str) -> str:
    """Compatibility forms folded (`ﬁ`, full width), no case, no apostrophes."""
    return MARKS.sub("", unicodedata.normalize("NFKC", word)).casefold()


def _taken_apart(text: str) -> Iterator[Word]:
    figures = [match.span() for match in FIGURE.finditer(text) if not match.group().isdigit()]
    starts = [start for start, _ in figures]
    done = 0
    for match in TOKEN.finditer(text):
        start, end = match.span()
        if start < done:
            continue
        if (found := bisect_left(starts, start)) < len(starts) and starts[found] == start:
            done = end = figures[found][1]
            yield Word(_figure(text[start:end]), start, end)
            continue
        yield from _parts(match.group(), start)


def _parts(token: str, start: int) -> Iterator[Word]:
    end = start + len(token)
    if both := TWO_IN_ONE.get(normalised(token)):
        yield from (Word(WHOLE.get(part, part), start, end) for part in both.split())
    elif contracted := CONTRACTED.fullmatch(token):
        for name in ("stem", "rest"):
            begin, stop = contracted.span(name)
            part = normalised(contracted[name])
            yield Word(WHOLE.get(part, part), start + begin, start + stop)
    else:
        part = normalised(token)
        yield Word(WHOLE.get(part, part), start, end)


def _figure(written: str) -> str:
    """`12,288` and `12.288` as `12288`, `3,5` as `3.5`."""
    if THOUSANDS.fullmatch(written):
        return re.sub(r"\D", "", written)
    return re.sub(r"[,’']", ".", written)


def _counted(words: Sequence[Word], text: str, language: str) -> list[Word]:
    """With numbers in digits; a mark between two words ends a number."""
    between = [text[one.end : other.start] for one, other in pairwise(words)]
    apart = [False, *(mark.strip(" -\n") != "" for mark in between)][: len(words)]
    made: list[Word] = []
    done = 0
    for figure in figures([word.text for word in words], apart, language):
        made.extend(words[done : figure.start])
        made.append(Word(figure.text, words[figure.start].start, words[figure.end - 1].end))
        done = figure.end
    return [*made, *words[done:]]
