"""From windows back to one text: segments that end with sentences."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from transcriber.audio.windows import Window
from transcriber.model.backend import WindowWord
from transcriber.model.quality import Attempt
from transcriber.schemas import Segment, Word
from transcriber.text.word_times import in_file_time

SENTENCE_END = (".", "?", "!", "。", "？", "！", "…", "।", "؟")
OPENING, CLOSING = "\"'“‘«([", "\"'”’»)]"
ABBREVIATION = re.compile(r"(Mrs?|Ms|Drs?|Prof|St|Mt|Jr|vs|Fig|e\.g|i\.e|([A-Z]\.)*[A-HJ-Z])\.")  # I. is a sentence
SPACELESS = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef…]")  # Chinese and Japanese, with their marks
MAX_SEGMENT_S = 15.0
MAX_SEGMENT_CHARACTERS = 200
MAX_PAUSE_S = 2.0  # no segment goes through a longer one


@dataclass(frozen=True)
class Heard:
    """What became of one window: the attempt kept, and its words in seconds of the window (none where silent)."""

    window: Window
    attempt: Attempt
    words: tuple[WindowWord, ...]

    @cached_property
    def said(self) -> list[Word]:
        """The words in seconds of the file."""
        return in_file_time(self.words, self.window)


class Segmenter:
    """Cuts the words of one file, window after window, into segments of about a sentence.

    A segment ends with a sentence, before a pause of more than 2 s, or when it grows too long; where a window ends in
    the middle of a sentence, the sentence waits for the next one. Its figures are those of the window it began in.
    """

    def __init__(self, *, with_words: bool) -> None:
        self._with_words = with_words
        self._open: list[Word] = []
        self._attempt: Attempt | None = None
        self._count = 0

    def add(self, heard: Heard) -> list[Segment]:
        """The segments that are complete after one more window, which must come in order."""
        done = [] if heard.words else self.finish()
        for word in heard.said:
            if self._open and _ends(self._open, word):
                done += self.finish()
            self._attempt = self._attempt or heard.attempt
            self._open.append(word)
        return done + (self.finish() if self._open and ends_sentence(self._open[-1].word) else [])

    def finish(self) -> list[Segment]:
        """What waits for the rest of its sentence, as it is."""
        words, attempt = self._open, self._attempt
        self._open, self._attempt = [], None
        if not words or attempt is None:
            return []
        self._count += 1
        return [self._segment(words, attempt)]

    def _segment(self, words: list[Word], attempt: Attempt) -> Segment:
        return Segment(
            id=self._count - 1,
            start=words[0].start,
            end=words[-1].end,
            text="".join(word.word for word in words).strip(),
            words=tuple(words) if self._with_words else None,
            avg_logprob=round(attempt.hypothesis.avg_logprob, 4),
            compression_ratio=round(attempt.compression_ratio, 4),
            no_speech_prob=round(attempt.hypothesis.no_speech_prob, 4),
            temperature=attempt.temperature,
        )


def _ends(group: list[Word], following: Word) -> bool:
    last = group[-1]
    too_long = following.end - group[0].start > MAX_SEGMENT_S
    too_wide = sum(len(word.word) for word in group) + len(following.word) > MAX_SEGMENT_CHARACTERS
    return too_long or too_wide or following.start - last.end > MAX_PAUSE_S or ends_sentence(last.word)


def ends_sentence(word: str) -> bool:
    """Whether a word, with its marks, is the last of a sentence."""
    text = word.strip().rstrip(CLOSING)
    return text.endswith(SENTENCE_END) and not ABBREVIATION.fullmatch(text.lstrip(OPENING))


def joined(texts: Sequence[str]) -> str:
    """Segments as one text."""
    return "".join(between(before, text) + text for before, text in pairwise(["", *texts]))


def between(before: str, text: str) -> str:
    """What stands between two segments: a space, except where the script has none."""
    return " " if before and text and not (SPACELESS.match(before[-1]) and SPACELESS.match(text[0])) else ""
