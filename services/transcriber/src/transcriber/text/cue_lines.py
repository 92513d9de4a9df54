"""From words in lines to the subtitles that are shown: plain text, times that can be played, the word being said."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from transcriber.schemas import Cue, Highlight, Word

SHORTEST_S = 0.001
"""Players drop a cue that ends when it starts."""


@dataclass(frozen=True)
class CueLines:
    """A subtitle still in words: `lines` from top to bottom, shown from `start` to `end` (seconds of the file)."""

    start: float
    end: float
    lines: tuple[tuple[Word, ...], ...]


def shown(made: Iterable[CueLines], *, highlight: bool) -> tuple[Cue, ...]:
    """The cues in order; none has no length, none begins before the last one ended.

    With `highlight` there are as many of each as it takes to mark each word while it is said, as openai-whisper does.
    """
    found: list[Cue] = []
    for lines in made:
        for cue in _highlighted(lines) if highlight else [_cue(lines.start, lines.end, lines)]:
            start = max(cue.start, found[-1].end) if found else max(cue.start, 0.0)
            end = max(cue.end, start + SHORTEST_S)
            found.append(cue.model_copy(update={"start": round(start, 3), "end": round(end, 3)}))
    return tuple(found)


def _cue(start: float, end: float, made: CueLines, highlight: Highlight | None = None) -> Cue:
    return Cue(start=start, end=end, lines=tuple(_text(line) for line in made.lines), highlight=highlight)


def _text(line: Iterable[Word]) -> str:
    return "".join(word.word for word in line).strip()


def _highlighted(made: CueLines) -> list[Cue]:
    found: list[Cue] = []
    at = made.start
    for word, highlight in _places(made):
        start, end = max(word.start, at), min(word.end, made.end)
        if end <= start:
            continue
        if start > at:
            found.append(_cue(at, start, made))
        found.append(_cue(start, end, made, highlight))
        at = end
    return [*found, _cue(at, made.end, made)] if at < made.end or not found else found


def _places(made: CueLines) -> Iterator[tuple[Word, Highlight]]:
    """Each word, and where it stands in the text."""
    for number, line in enumerate(made.lines):
        lead = len(line[0].word) - len(line[0].word.lstrip())
        ends = accumulate(len(word.word) for word in line)
        for word, end in zip(line, ends, strict=True):
            start = end - len(word.word.lstrip())
            yield word, Highlight(line=number, start=start - lead, end=end - lead)
