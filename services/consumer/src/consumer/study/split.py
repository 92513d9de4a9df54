"""Cuts a transcript into requests, and says how much to ask for."""

import math
from collections.abc import Sequence

from consumer.models import Segment, Transcript
from consumer.study.schema import Chunk

CHUNK_CHARACTERS = 24_000
"""About 6,000 tokens, half an hour of talk: enough context, worth a cached prefix, short enough to be read well."""
LOWEST_LOGPROB = -1.0
"""Whisper's own threshold for a failed window (https://github.com/openai/whisper, `logprob_threshold`)."""
HIGHEST_COMPRESSION = 2.4
"""Whisper's `compression_ratio_threshold`: above it the text repeats itself."""
CARDS_PER_MINUTE = 1.0
"""Of speech, not of video."""
FEWEST_CARDS, MOST_CARDS = 5, 60
QUIZ_PER_CARD = 0.5


def trusted(transcript: Transcript) -> tuple[Segment, ...]:
    """The segments with text that the transcriber was sure enough of."""
    return tuple(segment for segment in transcript.segments if segment.text.strip() and _is_sure(segment))


def split(segments: Sequence[Segment], most_characters: int = CHUNK_CHARACTERS) -> list[Chunk]:
    """Chunks of nearly equal length, about `most_characters`, cut between segments; each segment is in exactly one."""
    total = sum(len(segment.text) for segment in segments)
    if not total:
        return []
    target = total / math.ceil(total / most_characters)
    groups: list[list[Segment]] = []
    before = 0
    for segment in segments:
        if before >= target * len(groups):
            groups.append([])
        groups[-1].append(segment)
        before += len(segment.text)
    return [Chunk(number, tuple(group)) for number, group in enumerate(groups)]


def wanted_cards(segments: Sequence[Segment]) -> int:
    """How many cards a lecture of this much trusted speech deserves."""
    if not segments:
        return 0
    return min(max(round(_speech_s(segments) / 60 * CARDS_PER_MINUTE), FEWEST_CARDS), MOST_CARDS)


def wanted_items(cards: int) -> int:
    """How many quiz items go with so many cards."""
    return math.ceil(cards * QUIZ_PER_CARD)


def shares(chunks: Sequence[Chunk], count: int) -> list[int]:
    """`count` divided by the chunks' lengths; the shares add up to `count`."""
    lengths = [len(chunk.text) for chunk in chunks]
    total, given, seen = sum(lengths), 0, 0
    result: list[int] = []
    for length in lengths:
        seen += length
        result.append(round(count * seen / total) - given)
        given += result[-1]
    return result


def _is_sure(segment: Segment) -> bool:
    return segment.avg_logprob >= LOWEST_LOGPROB and segment.compression_ratio <= HIGHEST_COMPRESSION


def _speech_s(segments: Sequence[Segment]) -> float:
    return sum(max(segment.end - segment.start, 0) for segment in segments)
