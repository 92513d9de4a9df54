"""Aligns words and letters. The one file that knows rapidfuzz."""

from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

LEAST_LIKE = 60.0
"""rapidfuzz's partial ratio (0 to 100) below which a passage is not looked at closely."""


def blocks(quote: Sequence[str], said: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """The words of both, in order: runs that are equal, and between them what differs, together."""
    quoted, heard = 0, 0
    for same in Indel.opcodes(quote, said):
        if same.tag != "equal":
            continue
        if (quoted, heard) != (same.src_start, same.dest_start):
            yield quote[quoted : same.src_start], said[heard : same.dest_start]
        yield quote[same.src_start : same.src_end], said[same.dest_start : same.dest_end]
        quoted, heard = same.src_end, same.dest_end
    if (quoted, heard) != (len(quote), len(said)):
        yield quote[quoted:], said[heard:]


def most_like(text: str, where: str) -> tuple[int, int] | None:
    """Where the part of `where` starts and ends that is most like `text`, letter by letter; None if none is."""
    found = fuzz.partial_ratio_alignment(text, where, score_cutoff=LEAST_LIKE) if len(where) >= len(text) else None
    return (found.dest_start, found.dest_end) if found else None


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """How much two runs of words, or two words, are alike, 0 to 1: Indel distance over the length of both."""
    return Indel.normalized_similarity(one, other)
