"""From windows back to one text: segments that end with sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from transcriber.audio.windows import Window
from transcriber.model.backend import WindowWord
from transcriber.model.quality import Attempt
from transcriber.schemas import Segment, Word
from transcriber.text.sentences import SPACELESS, STOPS, ends_sentence
from transcriber.text.word_times import in_file_time

MAX_SEGMENT_S = 15.0
MAX_SEGMENT_CHARACTERS = 200
MAX_PAUSE_S = 2.0  # no segment goes through a longer one
JOIN_PAUSE_S = 0.3  # between two windows: after less the speaker has not ended a sentence, whatever the model says


@dataclass(frozen=True)
class Heard:
    """What became of one window: the attempt kept, and its words in seconds of the window (none where silent).

    `language` is set where each window has one of its own.
    """

    window: Window
    attempt: Attempt
    words: tuple[WindowWord, ...]
    language: str | None = None

    @property
    def text(self) -> str:
        """The words as one text."""
        return "".join(word.text for word in self.words).strip()

    @cached_property
    def said(self) -> list[Word]:
        """The words in seconds of the file."""
        return in_file_time(self.words, self.window)


class Segmenter:
    """Cuts the words of one file, window after window, into segments of about a sentence.

    A segment ends with a sentence, before a pause of more than 2 s, or when it grows too long; where a window ends in
    the middle of a sentence, the sentence waits for the next one; the full stop that the model makes up where the sound
    breaks off is taken away. Its figures are those of the window it began in.
    """

    def __init__(self, *, with_words: bool) -> None:
        self._with_words = with_words
        self._open: list[Word] = []
        self._began_in: Heard | None = None
        self._count = 0
        self._goes_on = False

    def add(self, heard: Heard) -> list[Segment]:
        """The segments that are complete after one more window, which must come in order."""
        same = self._began_in is None or self._began_in.language == heard.language
        done = [] if heard.words and same else self.finish()
        if self._open and self._goes_on:
            self._open[-1] = _without_stop(self._open[-1])
        for word in heard.said:
            if self._open and _ends(self._open, word):
                done += self.finish()
            self._began_in = self._began_in or heard
            self._open.append(word)
        self._goes_on = heard.window.pause_s < JOIN_PAUSE_S
        ended = self._open and not self._goes_on and ends_sentence(self._open[-1].word)
        return done + (self.finish() if ended else [])

    def finish(self) -> list[Segment]:
        """What waits for the rest of its sentence, as it is."""
        words, heard = self._open, self._began_in
        self._open, self._began_in = [], None
        if not words or heard is None:
            return []
        self._count += 1
        return [self._segment(words, heard)]

    def _segment(self, words: list[Word], heard: Heard) -> Segment:
        attempt = heard.attempt
        return Segment(
            id=self._count - 1,
            start=words[0].start,
            end=words[-1].end,
            text="".join(word.word for word in words).strip(),
            language=heard.language,
            words=tuple(words) if self._with_words else None,
            avg_logprob=round(attempt.hypothesis.avg_logprob, 4),
            compression_ratio=round(attempt.compression_ratio, 4),
            no_speech_prob=round(attempt.hypothesis.no_speech_prob, 4),
            temperature=attempt.temperature,
        )


def _without_stop(word: Word) -> Word:
    return word.model_copy(update={"word": word.word.rstrip(STOPS) or word.word})


def _ends(group: list[Word], following: Word) -> bool:
    last = group[-1]
    too_long = following.end - group[0].start > MAX_SEGMENT_S
    too_wide = sum(len(word.word) for word in group) + len(following.word) > MAX_SEGMENT_CHARACTERS
    return too_long or too_wide or following.start - last.end > MAX_PAUSE_S or ends_sentence(last.word)


def joined(texts: Sequence[str]) -> str:
    """Segments as one text."""
    return "".join(between(before, text) + text for before, text in pairwise(["", *texts]))


def between(before: str, text: str) -> str:
    """What stands between two segments: a space, except where the script has none."""
    return " " if before and text and not (SPACELESS.match(before[-1]) and SPACELESS.match(text[0])) else ""
