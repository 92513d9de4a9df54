"""Finds a quote in the lecture: what was not said is not taught.

Words are compared as `words.canonical` reduces them. Where they still differ, rapidfuzz aligns the quote with the
passage most like it, and only differences that an honest copyist makes are let through.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from consumer.material import Proof
from consumer.models import Segment
from consumer.study.quotes.alignment import likeness, most_like
from consumer.study.quotes.honesty import is_honest
from consumer.study.quotes.times import spoken_at
from consumer.study.quotes.words import TOKEN, Word, canonical, normalised
from consumer.study.schema import Chunk

SHORTEST_QUOTE_WORDS = 3
"""A word or two are found anywhere and prove nothing."""
ALIKE = 0.8
"""Two notes that share this much of their words (Jaccard) ask the same."""
LEFT_OUT = re.compile(r"\[[^\[\]]*\]|…|\.{3,}|‹[^‹›]*›")
"""Where a quote was shortened, or something was put in that was not said."""
WIDEST_GAP_WORDS = 60
"""Two or three sentences: what lies further apart is not one passage."""
SLACK_WORDS = 3
GAP_MARK = "\x00"
"""Stands where the ids of segments leap; no quote holds it."""
Span = tuple[int, int]


class Ground:
    """The words of one chunk, ready to be searched. `language` is the lecture's."""

    def __init__(self, chunk: Chunk, language: str = "en") -> None:
        self._segments = chunk.segments
        self._language = language
        self._words: list[Word] = []
        self._segment_of: list[int] = []
        self._index()
        self._texts = [word.text for word in self._words]
        self._offsets = _offsets(self._texts)
        self._text = f" {' '.join(self._texts)} "

    def find(self, quote: str) -> Proof | None:
        """Where `quote` was said; None when it was not.

        Case, punctuation, fillers, contractions, digits for number words, "…", [insertions] and a corrected word do not
        matter. The proof has the transcript's own words.
        """
        plain = self._parts([quote])
        cut = self._parts(LEFT_OUT.split(quote))
        for parts in (cut, plain) if cut != plain else (plain,):
            if sum(map(len, parts)) >= SHORTEST_QUOTE_WORDS and (span := self._find(parts)):
                return self._proof(span, quote)
        return None

    def _index(self) -> None:
        for number, segment in enumerate(self._segments):
            if number and segment.id != self._segments[number - 1].id + 1:
                self._words.append(Word(GAP_MARK, 0, 0))
                self._segment_of.append(number)
            found = canonical(segment.text, self._language)
            self._words.extend(found)
            self._segment_of.extend([number] * len(found))

    def _parts(self, texts: Sequence[str]) -> list[list[str]]:
        found = ([word.text for word in canonical(text, self._language)] for text in texts)
        return [words for words in found if words]

    def _find(self, parts: list[list[str]]) -> Span | None:
        """The shortest passage that holds all parts in order: the longest is sought everywhere, the others by it."""
        longest = max(range(len(parts)), key=lambda at: len(parts[at]))
        if len(parts[longest]) < SHORTEST_QUOTE_WORDS:
            return None
        places = self._places(parts[longest], 0, len(self._words))
        whole = (self._around(place, parts[:longest], parts[longest + 1 :]) for place in places)
        found = [span for span in whole if span and GAP_MARK not in self._texts[span[0] : span[1]]]
        return min(found, key=lambda span: span[1] - span[0], default=None)

    def _around(self, place: Span, before: list[list[str]], after: list[list[str]]) -> Span | None:
        found: Span | None = place
        for part in reversed(before):
            found = found and self._before(part, found)
        for part in after:
            found = found and self._after(part, found)
        return found

    def _before(self, part: list[str], span: Span) -> Span | None:
        near = max(span[0] - WIDEST_GAP_WORDS - len(part), 0)
        places = list(self._places(part, near, span[0]))
        return (places[-1][0], span[1]) if places else None

    def _after(self, part: list[str], span: Span) -> Span | None:
        near = min(span[1] + WIDEST_GAP_WORDS + len(part), len(self._words))
        place = next(self._places(part, span[1], near), None)
        return (span[0], place[1]) if place else None

    def _places(self, part: list[str], low: int, high: int) -> Iterator[Span]:
        """Where `part` was said between two words: to the letter, in order, else the place most like it."""
        wanted = f" {' '.join(part)} "
        at = self._text.find(wanted, self._offsets[low], self._offsets[high] + 1)
        if at < 0:
            yield from self._likely(part, low, high)
        while at >= 0:
            first = bisect_left(self._offsets, at)
            yield first, first + len(part)
            at = self._text.find(wanted, at + 1, self._offsets[high] + 1)

    def _likely(self, part: list[str], low: int, high: int) -> Iterator[Span]:
        if len(part) < SHORTEST_QUOTE_WORDS:
            return
        where = self._text[self._offsets[low] : self._offsets[high] + 1]
        if (found := most_like(" ".join(part), where)) is None:
            return
        first = bisect_right(self._offsets, self._offsets[low] + found[0]) - 1
        last = bisect_left(self._offsets, self._offsets[low] + found[1])
        start, end = self._tightest(part, (first, last), low, high)
        if is_honest(part, self._texts[start:end]):
            yield start, end

    def _tightest(self, part: list[str], span: Span, low: int, high: int) -> Span:
        """Of the passages around `span` the one most like the quote, by its letters: a misheard word belongs to it."""
        wanted = " ".join(part)
        starts = range(max(span[0] - SLACK_WORDS, low), min(span[0] + SLACK_WORDS, high) + 1)
        ends = range(max(span[1] - SLACK_WORDS, low), min(span[1] + len(part) // 2 + SLACK_WORDS, high) + 1)
        spans = ((start, end) for start in starts for end in ends if start < end)
        return max(spans, key=lambda each: likeness(wanted, " ".join(self._texts[each[0] : each[1]])))

    def _proof(self, span: Span, quote: str) -> Proof:
        first, last = self._words[span[0]], self._words[span[1] - 1]
        said = self._segments[self._segment_of[span[0]] : self._segment_of[span[1] - 1] + 1]
        verbatim = _verbatim(said, first.start, last.end)
        return Proof(
            segment_ids=tuple(segment.id for segment in said),
            start_s=spoken_at(said[0], first.start)[0],
            end_s=spoken_at(said[-1], last.end - 1)[1],
            quote=verbatim,
            written=None if tokens(verbatim) == tokens(quote) else quote,
        )


def tokens(text: str) -> list[str]:
    """The normalised words of a text."""
    return [normalised(match.group()) for match in TOKEN.finditer(text)]


def alike(one: set[str], other: set[str]) -> bool:
    """Whether two notes ask the same, by their words."""
    return len(one & other) >= ALIKE * len(one | other)


def _offsets(texts: Sequence[str]) -> list[int]:
    """Where the space before each word stands in the text of all, and the one after the last."""
    offsets = [0]
    for text in texts:
        offsets.append(offsets[-1] + 1 + len(text))
    return offsets


def _verbatim(said: tuple[Segment, ...], start: int, end: int) -> str:
    """As the transcript writes it, with the closing punctuation of the last word."""
    texts = [segment.text for segment in said]
    while end < len(texts[-1]) and not texts[-1][end].isspace() and not texts[-1][end].isalnum():
        end += 1
    texts[-1] = texts[-1][:end]
    texts[0] = texts[0][start:]
    return " ".join(text.strip() for text in texts)
