"""When a word of a segment was said."""

from collections.abc import Iterator

from consumer.models import Segment

Times = tuple[float, float]


def spoken_at(segment: Segment, character: int) -> Times:
    """The seconds from start to end of the word at this place in the segment's text.

    From the transcriber's words; where it gave none, or others than the text has, by the share of the text before it.
    """
    for start, end, times in _spans(segment):
        if start <= character < end:
            return times
    each = (segment.end - segment.start) / max(len(segment.text), 1)
    return round(segment.start + each * character, 3), round(segment.start + each * (character + 1), 3)


def _spans(segment: Segment) -> Iterator[tuple[int, int, Times]]:
    """Each word's place in the text, from the first on, and its times."""
    done = 0
    for word in segment.words or ():
        said = word.word.strip()
        start = segment.text.find(said, done)
        if not said or start < 0:
            continue
        done = start + len(said)
        yield start, done, (word.start, word.end)
