"""Words and when they were said: guessed where the model gives no times, and carried from window to file."""

from collections.abc import Iterable

from transcriber.audio.windows import Window
from transcriber.model.backend import WindowWord
from transcriber.schemas import Word

MIN_ALIGNED_S = 0.04  # a window of fewer than two mel frames crashed the aligner of older versions


def proportional(text: str, start: float, end: float) -> tuple[WindowWord, ...]:
    """The words of `text` spread from `start` to `end` by their length."""
    words = text.split()
    total = sum(len(word) + 1 for word in words)
    found: list[WindowWord] = []
    at = start
    for word in words:
        duration = (end - start) * (len(word) + 1) / total
        found.append(WindowWord(at, at + duration, " " + word, 0.0))
        at += duration
    return tuple(found)


def spread(phrases: Iterable[WindowWord], window_s: float) -> tuple[WindowWord, ...]:
    """The words of phrases whose times the model said, none after the window's end."""
    return tuple(
        word
        for phrase in phrases
        for word in proportional(phrase.text, min(phrase.start, window_s), min(phrase.end, window_s))
    )


def in_file_time(words: Iterable[WindowWord], window: Window) -> list[Word]:
    """Words with times of the file: never backwards, never outside the window, never across a silence."""
    found: list[Word] = []
    earliest = window.start
    for word in words:
        span = window.span_at(word.start)
        start = min(max(earliest, window.file_time(word.start)), window.end)
        end = max(start, min(span.start + word.end - span.offset, span.end))
        found.append(
            Word(start=round(start, 3), end=round(end, 3), word=word.text, probability=round(word.probability, 4))
        )
        earliest = end
    return found
