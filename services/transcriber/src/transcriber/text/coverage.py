"""How much of the speech became text, so that a silent loss is seen."""

from collections import deque
from collections.abc import Iterable

from transcriber.model.quality import MIN_LOGPROB
from transcriber.schemas import Coverage
from transcriber.text.segmenter import Heard

MIN_GAP_S = 1.0  # shorter stretches without text are not reported
NEAR_S = 0.5  # around a word: times from the model's attention are no better
WORD_S, CHARACTER_S = 1.0, 0.2  # what a word may account for: a lost sentence is often given to the word before it

Stretch = tuple[float, float]


class CoverageReport:
    """Adds up what the windows of one file became."""

    def __init__(self) -> None:
        self._covered: list[Stretch] = []
        self._low_confidence: list[Stretch] = []

    def add(self, heard: Heard) -> None:
        """One more window, in order."""
        for word in heard.said:
            longest_s = WORD_S + CHARACTER_S * len(word.word.strip())
            self._cover(word.start - NEAR_S, min(word.end, word.start + longest_s) + NEAR_S)
        if heard.said and (heard.attempt.failed_guard or heard.attempt.hypothesis.avg_logprob < MIN_LOGPROB):
            self._low_confidence += [_rounded(span.start, span.end) for span in heard.window.spans]

    def result(self, speech: Iterable[Stretch], skipped_packets: int = 0) -> Coverage:
        """The report, given the stretches of speech that were found, in order, and the packets that did not decode."""
        stretches = list(speech)
        found_s = sum(end - start for start, end in stretches)
        silent = self._without_text(stretches)
        lost_s = sum(end - start for start, end in silent)
        return Coverage(
            speech_s=round(found_s, 2),
            transcribed_s=round(found_s - lost_s, 2),
            gaps=tuple(_rounded(start, end) for start, end in silent if end - start >= MIN_GAP_S),
            low_confidence=tuple(self._low_confidence),
            skipped_packets=skipped_packets,
        )

    def _cover(self, start: float, end: float) -> None:
        """Stretches that touch become one, so that an hour of text takes no more room than its pauses."""
        if self._covered and start <= self._covered[-1][1]:
            first, last = self._covered.pop()
            start, end = first, max(last, end)
        self._covered.append((start, end))

    def _without_text(self, speech: Iterable[Stretch]) -> list[Stretch]:
        """What is left of the speech when the stretches with text are taken out."""
        left: list[Stretch] = []
        covered = deque(self._covered)
        for start, end in speech:
            at = start
            while covered and covered[0][0] < end:
                first, last = covered[0]
                left += [(at, first)] if first > at else []
                at = max(at, last)
                if last > end:
                    break
                covered.popleft()
            left += [(at, end)] if at < end else []
        return left


def _rounded(start: float, end: float) -> Stretch:
    return round(start, 2), round(end, 2)
