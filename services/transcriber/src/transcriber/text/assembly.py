"""One file's transcript as it grows: windows come back in any order, segments leave in the file's order."""

from transcriber.schemas import Done, EngineEvent, Info, Progress, Segment, SegmentEvent, Transcript
from transcriber.text.coverage import CoverageReport
from transcriber.text.damage import WHOLE, Damage
from transcriber.text.segmenter import Heard, Segmenter, joined


class Assembly:
    """Pure: each call returns the events that it made possible, the last of them Done."""

    def __init__(self, model: str, *, with_words: bool) -> None:
        self._model = model
        self._segmenter = Segmenter(with_words=with_words)
        self._early: dict[int, Heard] = {}
        self._next = 0
        self._expected: int | None = None
        self._segments: list[Segment] = []
        self._coverage = CoverageReport()
        self._speech: list[tuple[float, float]] = []
        self._damage = WHOLE
        self._info: Info | None = None

    def add(
        self, heard: Heard, language: str | None, probability: float, duration_s: float | None
    ) -> list[EngineEvent]:
        """One window is final; `language` and its `probability` are the request's, known from its first window."""
        self._early[heard.window.index] = heard
        events = [] if self._info else [self._inform(language, probability, duration_s)]
        while (following := self._early.pop(self._next, None)) is not None:
            events += self._release(following, duration_s)
        return events + self._finished(duration_s)

    def cut(
        self,
        windows: int,
        duration_s: float,
        speech: list[tuple[float, float]],
        language: str | None,
        probability: float,
        *,
        damage: Damage = WHOLE,
    ) -> list[EngineEvent]:
        """The file was read to its end, but for its `damage`, and became this many windows."""
        self._expected, self._speech, self._damage = windows, speech, damage
        if windows:
            return self._finished(duration_s)
        return [self._inform(language, probability, duration_s), *self._finished(duration_s)]

    def _inform(self, language: str | None, probability: float, duration_s: float | None) -> Info:
        self._info = Info(
            language=language, language_probability=round(probability, 4), duration_s=duration_s, model=self._model
        )
        return self._info

    def _release(self, heard: Heard, duration_s: float | None) -> list[EngineEvent]:
        self._next += 1
        self._coverage.add(heard)
        found = self._said(self._segmenter.add(heard))
        return [*found, Progress(transcribed_s=round(heard.window.end, 2), duration_s=duration_s)]

    def _said(self, found: list[Segment]) -> list[EngineEvent]:
        self._segments += found
        return [SegmentEvent(segment=segment) for segment in found]

    def _finished(self, duration_s: float | None) -> list[EngineEvent]:
        if self._info is None or self._expected is None or self._next < self._expected:
            return []
        rest = self._said(self._segmenter.finish())
        coverage = self._coverage.result(self._speech, self._damage.skipped_packets)
        missing = [f"no text for the speech from {start:.1f} to {end:.1f} s" for start, end in coverage.gaps]
        transcript = Transcript(
            language=self._info.language,
            language_probability=self._info.language_probability,
            duration_s=round(duration_s or 0.0, 3),
            model=self._model,
            segments=tuple(self._segments),
            text=joined([segment.text for segment in self._segments]),
            coverage=coverage,
            warnings=(*missing, *self._damage.warnings(duration_s or 0.0)),
        )
        return [*rest, Done(transcript=transcript)]
