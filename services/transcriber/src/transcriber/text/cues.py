"""Subtitles that a person can read: words become cues by the published rules of the trade.

Sources: Netflix, Timed Text Style Guide: General Requirements (two lines, at most 7 s; the out-time may go past the
speech for reading speed), https://partnerhelp.netflixstudios.com/hc/en-us/articles/215758617, its guide for English
(42 characters a line, 20 characters a second), and the BBC's Subtitle Guidelines (one sentence, natural points).
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from transcriber.schemas import Cue, CueLayout, Segment, Word
from transcriber.text.cue_lines import CueLines, shown
from transcriber.text.cue_words import cut_long, said
from transcriber.text.line_breaks import (
    CLAUSE,
    INFINITE,
    INSIDE_PHRASE,
    MAX_LINE,
    MAX_WIDE_LINE,
    NAME,
    ORPHAN_FILL,
    SENTENCE,
    Lines,
)
from transcriber.text.segmenter import MAX_PAUSE_S
from transcriber.text.whisper_cues import whisper_cues

MIN_S, MAX_S = 1.0, 7.0
MAX_CHARACTERS_A_SECOND = 20.0

EACH = 10.0  # fuller cues are fewer
NEXT_SENTENCE = 12.0  # in one cue
PARTS_OF_TWO = 30.0  # in one cue or line: the end of one sentence and the beginning of another
ORPHAN = 60.0  # a cue of one word, unless that is its sentence
SHORT, EACH_SHORT_S = 350.0, 120.0  # under MIN_S: names come second; and a second of it
HURRIED, EACH_HURRIED, MOST_HURRIED = 30.0, 4.0, 20.0  # too fast to be read; and a character a second of it, up to 20
PAUSE_RELIEF = 40.0  # a second of pause where the cue ends
PAUSE_INSIDE = 15.0  # a second of pause in its middle


def cues(segments: Sequence[Segment], layout: CueLayout, duration_s: float = INFINITE) -> tuple[Cue, ...]:
    """The subtitles of a whole file of `duration_s` seconds, in order, none over another.

    At most 2 lines of 42 characters (16 full-width ones), 1 to 7 s, and 20 characters a second where speech allows;
    with the fields of openai-whisper's writer, by its rules.
    """
    if layout.max_line_width or layout.max_words_per_line:
        return shown(whisper_cues(segments, layout), highlight=layout.highlight_words)
    words = cut_long(said(segments), MAX_LINE, MAX_WIDE_LINE)
    return shown(_Cutter(words, duration_s).best() if words else (), highlight=layout.highlight_words)


class _Cutter:
    """Finds the cheapest way to cut words into cues, from left to right: that to each place is found once."""

    def __init__(self, words: list[Word], duration_s: float) -> None:
        self._words = words
        self._lines = Lines(words)
        self._starts = [*(word.start for word in words), max(duration_s, words[-1].end)]
        pauses = [0.0, *(after.start - before.end for before, after in pairwise(words)), 0.0]
        self._cuts = [_cut_cost(*each) for each in zip(self._lines.costs, pauses, strict=True)]
        self._must = [pause > MAX_PAUSE_S and cut < NAME for pause, cut in zip(pauses, self._cuts, strict=True)]
        self._pauses = [*accumulate(pauses)]
        self._sentences = [*accumulate(cost == SENTENCE for cost in self._lines.costs)]

    def best(self) -> Iterator[CueLines]:
        """The cues, with the time that they need to be read where there is silence after them."""
        count = len(self._words)
        costs, begins = [0.0] + [INFINITE] * count, [0] * (count + 1)
        for first in range(count):
            for end in self._ends(first):
                before = costs[first] + self._cuts[end]
                if before + EACH < costs[end] and (cost := before + self._cost(first, end)) < costs[end]:
                    costs[end], begins[end] = cost, first
        places = [count]
        while places[-1]:
            places.append(begins[places[-1]])
        return (self._cue(first, end) for first, end in pairwise(reversed(places)))

    def _ends(self, first: int) -> Iterator[int]:
        """Where a cue that begins here may end; its lines may still not fit."""
        yield first + 1
        for end in range(first + 2, len(self._words) + 1):
            too_long = self._words[end - 1].end - self._words[first].start > MAX_S
            if too_long or self._must[end - 1] or self._lines.fill(first, end) > 2.1:  # and the space between two lines
                return
            yield end

    def _cost(self, first: int, end: int) -> float:
        lines = self._lines.best(first, end)
        if lines is None:
            return INFINITE
        room_s = max(min(self._starts[end] - self._starts[first], MAX_S), 0.001)
        short = SHORT + EACH_SHORT_S * (MIN_S - room_s) if room_s < MIN_S else 0.0
        too_fast = self._lines.characters(first, end) / room_s - MAX_CHARACTERS_A_SECOND
        hurried = HURRIED + EACH_HURRIED * min(too_fast, MOST_HURRIED) if too_fast > 0 else 0.0
        pauses = PAUSE_INSIDE * (self._pauses[end - 1] - self._pauses[first])
        return EACH + lines[0] + short + hurried + pauses + self._unity(first, lines[1], end)

    def _unity(self, first: int, second: int, end: int) -> float:
        """What a cue costs that is neither a sentence nor a part of one; `second` is where its second line begins."""
        more = self._sentences[end - 1] - self._sentences[first]
        costs = self._lines.costs
        if costs[first] == costs[end] == SENTENCE and (second == end or costs[second] == SENTENCE):
            return NEXT_SENTENCE * more
        single = end == first + 1 and self._words[first].word[:1] == " "
        orphan = ORPHAN if single or self._lines.fill(first, end) < ORPHAN_FILL else 0.0
        return PARTS_OF_TWO * more + orphan

    def _cue(self, first: int, end: int) -> CueLines:
        start, said_until = self._starts[first], self._words[end - 1].end
        needed_s = max(MIN_S, self._lines.characters(first, end) / MAX_CHARACTERS_A_SECOND)
        until = min(max(said_until, start + needed_s), self._starts[end], start + MAX_S)
        best = self._lines.best(first, end)
        middle = best[1] if best else end
        parts = [(first, middle), (middle, end)] if middle < end else [(first, end)]
        return CueLines(start, until, tuple(tuple(self._words[a:b]) for a, b in parts))


def _cut_cost(cost: float, pause_s: float) -> float:
    """A pause makes a cut better, but none as good as a comma, and none good inside a name."""
    return max(CLAUSE + 1, cost - PAUSE_RELIEF * min(pause_s, 1.0)) if CLAUSE < cost < INSIDE_PHRASE else cost
