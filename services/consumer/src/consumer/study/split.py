"""Cuts a transcript into what is read at once, and that into what is written about at once."""

import math
from collections.abc import Iterable, Sequence

from consumer.models import Segment, Transcript
from consumer.study.schema import Chunk

CHUNK_CHARACTERS = 24_000
"""About 6,000 tokens, half an hour of talk: what is written about in one request."""
PART_TOKENS = 40_000
"""Nearly three hours of talk: what is read in one request, the same for all that are about it."""
BYTES_PER_TOKEN = 3.6
"""Of UTF-8: English has 4 or more, Japanese 3 to 4.5, and the numbers of lines count too."""
INSTRUCTIONS_TOKENS = 3_500
"""Instructions, schema and task, with a list of what has been asked."""
ANSWER_SHARE = 0.3
"""Of a small context, kept free for the answer."""
LEAST_TOKENS = 600
"""A transcript in smaller pieces teaches nobody anything."""
LOWEST_LOGPROB = -1.0
"""Whisper's own threshold for a failed window (https://github.com/openai/whisper, `logprob_threshold`)."""
HIGHEST_COMPRESSION = 2.4
"""Whisper's `compression_ratio_threshold`: above it the text repeats itself."""


def trusted(transcript: Transcript) -> tuple[Segment, ...]:
    """The segments with text that the transcriber was sure enough of."""
    return tuple(segment for segment in transcript.segments if segment.text.strip() and _is_sure(segment))


def parts(segments: Sequence[Segment], context_tokens: int | None = None) -> list[Chunk]:
    """What is read at once: the whole lecture where it fits, else stretches of nearly equal length."""
    most = readable_tokens(context_tokens)
    total = tokens_of(segments)
    return (
        split(segments, math.ceil(characters_of(segments) * most / total)) if total > most else split(segments, 10**9)
    )


def readable_tokens(context_tokens: int | None) -> int:
    """How much of a transcript one request may hold beside its task and the answer."""
    if context_tokens is None:
        return PART_TOKENS
    return min(PART_TOKENS, int(context_tokens * (1 - ANSWER_SHARE)) - INSTRUCTIONS_TOKENS)


def split(segments: Sequence[Segment], most_characters: int = CHUNK_CHARACTERS) -> list[Chunk]:
    """Chunks of nearly equal length, about `most_characters`, cut between segments; each segment is in exactly one."""
    total = characters_of(segments)
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


def characters_of(segments: Iterable[Segment]) -> int:
    """The length of what was said."""
    return sum(len(segment.text) for segment in segments)


def tokens_of(segments: Iterable[Segment]) -> int:
    """About as many tokens as a model counts for these lines."""
    return math.ceil(sum(len(segment.text.encode()) + 6 for segment in segments) / BYTES_PER_TOKEN)


def speech_s(segments: Iterable[Segment]) -> float:
    """Seconds of speech, not of video."""
    return sum(max(segment.end - segment.start, 0) for segment in segments)


def _is_sure(segment: Segment) -> bool:
    return segment.avg_logprob >= LOWEST_LOGPROB and segment.compression_ratio <= HIGHEST_COMPRESSION
