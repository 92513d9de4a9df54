"""Finds a quote in the lecture: what was not said is not taught."""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

from consumer.material import Proof
from consumer.models import Segment
from consumer.study.schema import Chunk

SHORTEST_QUOTE_TOKENS = 3
"""A word or two are found anywhere and prove nothing."""
ALIKE = 0.8
"""Two notes that share this much of their words (Jaccard) ask the same."""
MARKS = re.compile(r"[’‘ʼ＇´`']")
TOKEN = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
    r"|(?:[^\W_]|[’‘ʼ＇'](?=\w))+"
)
"""A word; or one character of a script that writes no spaces (Thai, Lao, Burmese, Khmer, Japanese, Chinese)."""


@dataclass(frozen=True)
class Place:
    """One token of the lecture: which segment it is in and where in that segment's text it starts and ends."""

    segment: int
    start: int
    end: int


class Ground:
    """The words of one chunk, ready to be searched."""

    def __init__(self, chunk: Chunk) -> None:
        self._segments = chunk.segments
        self._places: list[Place] = []
        self._offsets: list[int] = []
        self._text = self._index()

    def find(self, quote: str) -> Proof | None:
        """Where `quote` was said, whatever its case, punctuation or quotation marks; None when it was not."""
        words = tokens(quote)
        if len(words) < SHORTEST_QUOTE_TOKENS:
            return None
        at = self._text.find(f" {' '.join(words)} ")
        if at < 0:
            return None
        first = bisect_right(self._offsets, at + 1) - 1
        return self._proof(self._places[first], self._places[first + len(words) - 1])

    def _index(self) -> str:
        """The chunk's tokens between single spaces; a gap in the ids becomes a mark that no quote can contain."""
        parts: list[str] = []
        length = 1
        for number, segment in enumerate(self._segments):
            if number and segment.id != self._segments[number - 1].id + 1:
                parts.append("|")
                length += 2
            for match in TOKEN.finditer(segment.text):
                parts.append(normalised(match.group()))
                self._places.append(Place(number, *match.span()))
                self._offsets.append(length)
                length += len(parts[-1]) + 1
        return f" {' '.join(parts)} "

    def _proof(self, first: Place, last: Place) -> Proof:
        said = self._segments[first.segment : last.segment + 1]
        return Proof(
            segment_ids=tuple(segment.id for segment in said),
            start_s=said[0].start,
            quote=_verbatim(said, first.start, last.end),
        )


def tokens(text: str) -> list[str]:
    """The normalised words of a text."""
    return [normalised(match.group()) for match in TOKEN.finditer(text)]


def alike(one: set[str], other: set[str]) -> bool:
    """Whether two notes ask the same, by their words."""
    return len(one & other) >= ALIKE * len(one | other)


def normalised(word: str) -> str:
    """Compatibility forms folded (`ﬁ`, full width), no case, no apostrophes."""
    return MARKS.sub("", unicodedata.normalize("NFKC", word)).casefold()


def _verbatim(said: tuple[Segment, ...], start: int, end: int) -> str:
    """As the transcript writes it, with the closing punctuation of the last word."""
    texts = [segment.text for segment in said]
    while end < len(texts[-1]) and not texts[-1][end].isspace() and not texts[-1][end].isalnum():
        end += 1
    texts[-1] = texts[-1][:end]
    texts[0] = texts[0][start:]
    return " ".join(text.strip() for text in texts)
