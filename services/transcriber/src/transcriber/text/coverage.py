"""How much of the speech became text, so that a silent loss is seen."""

from collections.abc import Iterable

from transcriber.model.quality import MIN_LOGPROB
from transcriber.schemas import Coverage
from transcriber.text.second_look import accounted
from transcriber.text.segmenter import Heard
from transcriber.text.stretches import Stretch, joined, length_s, without

MIN_GAP_S = 1.0  # shorter stretches without text are not reported


class CoverageReport:
    """Adds up what the windows of one file became."""

    def __init__(self) -> None:
        self._covered: list[Stretch] = []
        self._low_confidence: list[Stretch] = []

    def add(self, heard: Heard) -> None:
        """One more window, in order. Stretches that touch become one, so that an hour of text takes little room."""
        latest = self._covered[-1:]
        self._covered[-1:] = joined([*latest, *(accounted(word.start, word.end, word.word) for word in heard.said)])
        if heard.said and (heard.attempt.failed_guard or heard.attempt.hypothesis.avg_logprob < MIN_LOGPROB):
            self._low_confidence += [_rounded(span.start, span.end) for span in heard.window.spans]

    def result(self, speech: Iterable[Stretch], skipped_packets: int = 0) -> Coverage:
        """The report, given the stretches of speech that were found, in order, and the packets that did not decode."""
        stretches = list(speech)
        found_s = length_s(stretches)
        silent = without(stretches, self._covered)
        return Coverage(
            speech_s=round(found_s, 2),
            transcribed_s=round(found_s - length_s(silent), 2),
            gaps=tuple(_rounded(start, end) for start, end in silent if end - start >= MIN_GAP_S),
            low_confidence=tuple(self._low_confidence),
            skipped_packets=skipped_packets,
        )


def _rounded(start: float, end: float) -> Stretch:
    return round(start, 2), round(end, 2)
