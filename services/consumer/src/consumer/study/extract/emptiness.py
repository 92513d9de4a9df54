"""Why a lecture gives nothing, in words for whoever opens its page."""

import re
from collections.abc import Sequence

from consumer.models import Segment
from consumer.study.extract.sentences import WORD

FEWEST_WORDS = 40
MUSIC = re.compile(
    r"[♪♫]+|[\[(*](?:[^\])*]{0,20}\b)?(?:music|musik|música|musique|applause|applaus|laughter)\b[^\])*]*[\])*]",
    re.IGNORECASE,
)
"""What transcribers write where nobody speaks."""
REPEATED = 0.4
"""Less than this share of different lines: the transcriber looped, or it is a song."""
FEWEST_LINES = 6


def why_empty(segments: Sequence[Segment]) -> str | None:
    """What is wrong with the transcript as a whole; None where nothing is."""
    lines = [segment.text.strip() for segment in segments if segment.text.strip()]
    spoken = [MUSIC.sub("", line).strip(" .-–—") for line in lines]
    words = [word for line in spoken for word in WORD.findall(line)]
    if lines and not words:
        return "Only music or noise was heard in this video, so there is nothing to study."
    if len(lines) >= FEWEST_LINES and len({line.casefold() for line in spoken}) < REPEATED * len(lines):
        often = max(lines, key=lines.count)
        times = lines.count(often)
        return f"The transcript says the same over and over (“{often[:60]}” {times} times); that makes no cards."
    if words and len(words) < FEWEST_WORDS:
        return f"Only {len(words)} words were understood, too few to make cards from."
    return None
