"""Subtitles cut as openai-whisper's writer cuts them, for those who ask with its options.

Behaviour of `SubtitlesWriter` in https://github.com/openai/whisper/blob/main/whisper/utils.py
"""

from collections.abc import Iterator, Sequence

from transcriber.schemas import CueLayout, Segment, Word
from transcriber.text.cue_lines import CueLines
from transcriber.text.cue_words import said

LONG_PAUSE_S = 3.0  # between the starts of two words


def whisper_cues(segments: Sequence[Segment], layout: CueLayout) -> Iterator[CueLines]:
    """Lines are filled to `max_line_width`.

    With `max_line_count` too, cues go on across segments until they are full or speech pauses for 3 s; else a cue is a
    segment, or `max_words_per_line` words of one. A count without a width has no effect.
    """
    if layout.max_line_width and layout.max_line_count:
        for part in _between_pauses(said(segments)):
            lines = _filled(part, layout.max_line_width)
            for at in range(0, len(lines), layout.max_line_count):
                yield _lined(lines[at : at + layout.max_line_count])
        return
    for segment in segments:
        words = said([segment])
        step = layout.max_words_per_line or len(words) or 1
        for at in range(0, len(words), step):
            yield _lined(_filled(words[at : at + step], layout.max_line_width))


def _between_pauses(words: list[Word]) -> Iterator[list[Word]]:
    part: list[Word] = []
    for word in words:
        if part and word.start - part[-1].start > LONG_PAUSE_S:
            yield part
            part = []
        part.append(word)
    if part:
        yield part


def _filled(words: list[Word], width: int | None) -> list[tuple[Word, ...]]:
    """Lines of at most `width` characters, each as full as it gets; a longer word has a line of its own."""
    lines: list[list[Word]] = []
    room = 0
    for word in words:
        room -= len(word.word)
        if lines and (width is None or room >= 0):
            lines[-1].append(word)
        else:
            lines.append([word])
            room = (width or 0) - len(word.word.strip())
    return [tuple(line) for line in lines]


def _lined(lines: Sequence[tuple[Word, ...]]) -> CueLines:
    return CueLines(lines[0][0].start, lines[-1][-1].end, tuple(lines))
