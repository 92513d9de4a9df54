"""Words and when they were said: guessed where the model gives no times, and carried from window to file."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from transcriber.audio.windows import Window
from transcriber.model.backend import WindowWord
from transcriber.schemas import Word
from transcriber.text.sentences import ends_sentence
from transcriber.text.stretches import Stretch, overlap_s

MIN_ALIGNED_S = 0.04  # a window of fewer than two mel frames crashed the aligner of older versions
WORD_S, CHARACTER_S = 0.8, 0.1  # what an aligned word takes at most: a pause, a lost sentence is given to one beside it
NO_TIME_S = 0.03  # two positions of the encoder's output
APART_S, ALONE_S, FIRST_S = 0.5, 1.0, 0.3  # from the word before; to the one after; what a sentence's first word takes
LEAD_S = 0.2  # of a word before the speech that the detector found: words begin softly, and end so


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


def longest_s(text: str) -> float:
    """Seconds that a word takes where it is said slowly."""
    return WORD_S + CHARACTER_S * len(text.strip())


def with_sound(words: Sequence[WindowWord]) -> list[WindowWord]:
    """The words of a loop up to where the aligner finds no more sound for them: from there on they last no time."""
    gone = [one.end - one.start < NO_TIME_S and two.end - two.start < NO_TIME_S for one, two in pairwise(words)]
    return list(words[: gone.index(True)] if True in gone else words)


def placed(words: Sequence[WindowWord], window: Window) -> tuple[WindowWord, ...]:
    """Aligned words, each in the speech that it overlaps most, none longer than people say it.

    On the aligner's path each word ends where the next one begins: a pause is given to one of the two, and so is a
    sentence that the model skipped. So of a word that is too long the end is right if it begins a sentence, else the
    start. A pause goes to the word after it: of 126 words across one, in nine lectures of ten minutes, those that were
    said before it had a full stop.
    """
    before = ["", *(word.text for word in words)]
    found = [
        _placed(word, window.speech, begins=not previous or ends_sentence(previous))
        for previous, word in zip(before, words, strict=False)
    ]
    return tuple(
        _with_next(word, after, window) if after and (not before or _apart_s(before, word, window) >= APART_S) else word
        for before, word, after in zip([None, *found], found, [*found[1:], None], strict=False)
    )


def _apart_s(before: WindowWord, word: WindowWord, window: Window) -> float:
    """Seconds of the file between two words: the window may have left a pause out."""
    return window.file_time(word.start) - _end_s(before, window)


def _end_s(word: WindowWord, window: Window) -> float:
    """Seconds of the file where a word ends: in the span in which it begins."""
    span = window.span_at(word.start)
    return min(span.start + word.end - span.offset, span.end)


def _with_next(word: WindowWord, following: WindowWord, window: Window) -> WindowWord:
    """A word with nothing around it and no mark after it is a sentence's first, which the aligner puts on a clap."""
    if _apart_s(word, following, window) < ALONE_S or _has_mark(word):
        return word
    length_s = min(word.end - word.start, FIRST_S)
    start = max(following.start - length_s, window.span_at(following.start).offset)
    return replace(word, start=start, end=following.start)


def _placed(word: WindowWord, speech: Sequence[Stretch], *, begins: bool) -> WindowWord:
    said_in = _said_in(word, speech, 0.0) or _said_in(word, speech, LEAD_S)
    if not said_in:
        return word
    longest = longest_s(word.text)
    if len(said_in) > 1 and _is_after_the_pause(word, said_in[0], begins=begins):
        said_in = said_in[-1:]
        begins = True
    if word.end - word.start <= longest:
        start, end = max(said_in, key=lambda each: overlap_s([each], (word.start, word.end)))
        return replace(word, start=max(word.start, start - LEAD_S), end=min(word.end, end + LEAD_S))
    if begins:
        start, end = said_in[-1]
        last = min(word.end, end + LEAD_S)
        return replace(word, start=max(last - longest, start - LEAD_S), end=last)
    start, end = said_in[0]
    first = max(word.start, start - LEAD_S)
    return replace(word, start=first, end=min(first + longest, end + LEAD_S))


def _said_in(word: WindowWord, speech: Sequence[Stretch], lead_s: float) -> list[Stretch]:
    return [(start, end) for start, end in speech if overlap_s([(start - lead_s, end)], (word.start, word.end))]


def _is_after_the_pause(word: WindowWord, first: Stretch, *, begins: bool) -> bool:
    """Whether a word that the aligner puts across a pause begins what follows on it.

    So it does where it has no mark or the speech before the pause has almost nothing of it, and where a sentence ends
    there: the word would be said in one breath with that sentence, and the rest of its own only after the pause.
    """
    return not _has_mark(word) or first[1] - word.start < LEAD_S or (begins and word.start - first[0] > LEAD_S)


def _has_mark(word: WindowWord) -> bool:
    return not word.text[-1:].isalnum()


def in_file_time(words: Iterable[WindowWord], window: Window) -> list[Word]:
    """Words with times of the file: never backwards, never outside the window, never across a silence."""
    found: list[Word] = []
    earliest = window.start
    for word in words:
        start = min(max(earliest, window.file_time(word.start)), window.end)
        end = max(start, _end_s(word, window))
        found.append(
            Word(start=round(start, 3), end=round(end, 3), word=word.text, probability=round(word.probability, 4))
        )
        earliest = end
    return found
