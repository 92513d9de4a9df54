"""Talks as words with times, and the subtitles made of them."""

import unicodedata
from collections.abc import Sequence

from transcriber.schemas import Cue, CueLayout, Segment, Word
from transcriber.text.cues import cues

CHARACTERS_A_SECOND = 15.0  # unhurried speech
PAUSE, PAUSE_S = "|", 0.6  # in a text: the speaker takes a breath here


def talk(text: str, characters_a_second: float = CHARACTERS_A_SECOND) -> Segment:
    """One segment. Words are what stands between blanks, or where there are none single characters."""
    parts = text.split(" ") if " " in text else list(text)
    space = " " if " " in text else ""
    words: list[Word] = []
    at = 0.0
    for part in parts:
        if part.startswith(PAUSE):
            at += PAUSE_S
            continue
        end = at + (len(part) + len(space)) / characters_a_second
        words.append(Word(start=round(at, 3), end=round(end, 3), word=space + part, probability=0.9))
        at = end
    return segment("".join(word.word for word in words).strip(), words[0].start, words[-1].end, *words)


def segment(text: str, start: float, end: float, *words: Word) -> Segment:
    """A segment that was heard well; without words where none are given."""
    return Segment(
        id=0,
        start=start,
        end=end,
        text=text,
        words=words or None,
        avg_logprob=-0.2,
        compression_ratio=1.1,
        no_speech_prob=0.0,
        temperature=0.0,
    )


def cut(text: str, **layout: int) -> list[str]:
    """The cues of a talk, their lines joined with a slash."""
    return [" / ".join(cue.lines) for cue in cues([talk(text)], CueLayout.model_validate(layout))]


def width(line: str) -> float:
    """How much of a line is full: 1 is 42 characters, or 16 full-width ones with each other a half."""
    wide = [unicodedata.east_asian_width(character) in "WF" for character in line]
    return (len(line) + sum(wide)) / 32 if any(wide) else len(line) / 42


def over_the_limits(made: Sequence[Cue]) -> list[Cue]:
    """Those of more than two lines, of lines too long, shown for less than 1 s or more than 7 s.

    Also those too fast to be read (over 20 characters a second) though silence follows in which they could stay.
    """
    following = [*(cue.start for cue in made[1:]), float("inf")]
    return [
        cue
        for cue, next_start in zip(made, following, strict=True)
        if len(cue.lines) > 2
        or any(width(line) > 1 for line in cue.lines)
        or not 0.999 <= cue.end - cue.start <= 7.001
        or (sum(map(len, cue.lines)) > 20.01 * (cue.end - cue.start) and cue.end < next_start - 0.01)
    ]
