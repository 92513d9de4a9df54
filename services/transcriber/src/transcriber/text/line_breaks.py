"""Where a text may be broken, what each place costs, and the best two lines.

The order is that of Netflix's Timed Text Style Guide, https://partnerhelp.netflixstudios.com/hc/en-us/articles/215758617
(after punctuation; first name and last name together; of two lines the lower one is the longer) and of the BBC's
Subtitle Guidelines, https://www.bbc.co.uk/accessibility/forproducts/guides/subtitles/ (break at natural points).
Scripts without spaces are broken between phrases; JIS X 4051 says which Japanese characters begin no line.
"""

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise

from transcriber.schemas import Word
from transcriber.text.cue_words import OPENING, is_wide
from transcriber.text.phrases import phrase_starts
from transcriber.text.sentences import ends_sentence

MAX_LINE = 42
"""Characters a line: Netflix, all alphabets."""
MAX_WIDE_LINE = 16
"""Full-width characters a line: Netflix, Chinese and Korean; a half-width one counts half."""

SENTENCE, CLAUSE, PLAIN = 0.0, 12.0, 55.0
SHORT_WORD = 20.0  # more after an article or a preposition: it belongs to what follows
INSIDE_PHRASE, NAME, INSIDE_WORD = 150.0, 300.0, 1000.0  # only where nothing else fits

CLAUSE_END = ",;:–—،؛、，；：)]»”"
NEVER_FIRST = ".,;:!?%…)]}»”’،؛؟。、，．！？：；％）」』】〉》〕・ーゝゞ々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
QUOTES = "\"'“‘«„»”’"

SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")

TWO_LINES = 4.0  # one line where one is enough
UNEVEN = 20.0  # for lines of 42 and 0 characters
TOP_HEAVY = 3.0
IN_LINES = 0.25  # a break between two lines is read over
ORPHAN = 40.0  # a line of one word
ORPHAN_FILL = 0.15  # so little of a line is one too
INFINITE = float("inf")


def break_cost(before: str, after: str, *, phrase: bool) -> float:
    """What a break between two neighbouring words costs; `phrase` says whether one of a spaceless script begins there.

    `after` begins with a space, unless it goes on with the word or its script has none.
    """
    last, first = before[-1:], after.strip()[:1]
    if first in NEVER_FIRST or last in OPENING:
        return INSIDE_WORD
    if ends_sentence(before):
        return SENTENCE
    if last in CLAUSE_END or first in OPENING:
        return CLAUSE
    if not after.startswith(" "):
        spaceless = SPACELESS.match(last) or SPACELESS.match(first)
        return (PLAIN if phrase else INSIDE_PHRASE) if spaceless else INSIDE_WORD
    if (_is_capital(before) and _is_capital(after)) or (last.isdigit() and first.isdigit()):
        return NAME
    return PLAIN + (SHORT_WORD if _is_short(before) else 0.0)


def _is_capital(word: str) -> bool:
    return word.strip().lstrip(QUOTES)[:1].isupper()


def _is_short(word: str) -> bool:
    """Three letters or fewer of an alphabet: mostly articles, prepositions and conjunctions."""
    text = word.strip()
    return len(text) <= 3 and text.isalpha() and not is_wide(text[0])


class Lines:
    """The words of a file, and what lines of them look like; places count words from 0."""

    def __init__(self, words: Sequence[Word]) -> None:
        texts = [word.word for word in words]
        phrases = phrase_starts(texts)
        places = enumerate(pairwise(texts), 1)
        self.costs = [0.0, *(break_cost(*pair, phrase=place in phrases) for place, pair in places), 0.0]
        self._in_lines = [cost if cost >= INSIDE_PHRASE else cost * IN_LINES for cost in self.costs]
        self._spaces = [text.startswith(" ") for text in texts]
        self._length = [0, *accumulate(map(len, texts))]
        self._wide = [0, *accumulate(sum(map(is_wide, text)) for text in texts)]
        self._doubled = [length + wide for length, wide in zip(self._length, self._wide, strict=True)]

    def characters(self, first: int, end: int) -> int:
        """How many a reader has to read."""
        return self._length[end] - self._length[first] - self._spaces[first]

    def fill(self, first: int, end: int) -> float:
        """How many lines these words would fill."""
        widths, limit = self._measure(first, end)
        return (widths[end] - widths[first] - self._spaces[first]) / limit

    def best(self, first: int, end: int) -> tuple[float, int] | None:
        """The cost of showing these words in one or two lines, and where the second begins (`end`: there is none).

        None where they need more.
        """
        (widths, limit), spaces = self._measure(first, end), self._spaces
        begin = widths[first] + spaces[first]
        if widths[end] - begin <= limit:
            return 0.0, end
        best, second = INFINITE, end
        for place in range(end - 1, first, -1):
            upper, lower = widths[place] - begin, widths[end] - widths[place] - spaces[place]
            if lower > limit:
                break
            if upper > limit:
                continue
            orphan = ORPHAN if spaces[place] and place in (first + 1, end - 1) else 0.0
            cost = TWO_LINES + self._in_lines[place] + orphan + _shape(upper / limit, lower / limit)
            if cost < best:
                best, second = cost, place
        return (best, second) if second < end else None

    def _measure(self, first: int, end: int) -> tuple[Sequence[int], int]:
        """Widths to each place and a line's limit; as soon as one character is full-width, half-widths count."""
        wide = self._wide[end] > self._wide[first]
        return (self._doubled, 2 * MAX_WIDE_LINE) if wide else (self._length, MAX_LINE)


def _shape(upper: float, lower: float) -> float:
    """Two lines are even, or the lower one is the longer."""
    short = ORPHAN if min(upper, lower) < ORPHAN_FILL else 0.0
    return short + UNEVEN * abs(upper - lower) + (TOP_HEAVY if upper > lower else 0.0)
