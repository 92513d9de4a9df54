"""A window: at most 30 s of speech cut from the file, and the map from its own time back to the file's."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from transcriber.audio.sample_rate import SAMPLE_RATE

__all__ = ["SAMPLE_RATE", "CutWindow", "Samples", "Span", "Window"]

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Span:
    """A stretch of speech: `start` and `end` in seconds of the file, `offset` where it begins in its window."""

    start: float
    end: float
    offset: float

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.end - self.start


@dataclass(frozen=True)
class Window:
    """The `index`-th window of a file, `duration` seconds long (≤ 30): its spans joined.

    `speech` is where the voice detector heard a voice, as (start, end) in seconds of the window; `pause_s` follows it
    in the file before the next one begins.
    """

    index: int
    duration: float
    spans: tuple[Span, ...]
    speech: tuple[tuple[float, float], ...] = field(default=(), kw_only=True)
    pause_s: float = field(default=math.inf, kw_only=True)

    @property
    def start(self) -> float:
        """Seconds of the file where it begins."""
        return self.spans[0].start

    @property
    def end(self) -> float:
        """Seconds of the file where it ends."""
        return self.spans[-1].end

    def span_at(self, offset: float) -> Span:
        """The span that plays at `offset` seconds of the window (where two meet the later, past its end the last)."""
        return next((span for span in reversed(self.spans) if span.offset <= offset), self.spans[0])

    def part(self, start: float, end: float) -> "Window":
        """Its stretch from `start` to `end`, in seconds of the window, as a window of its own."""
        spans = [
            Span(span.start + first - span.offset, span.start + last - span.offset, first - start)
            for span in self.spans
            for first, last in [(max(start, span.offset), min(end, span.offset + span.duration))]
            if last > first
        ]
        speech = [(max(s, start) - start, min(e, end) - start) for s, e in self.speech if s < end and e > start]
        return Window(self.index, end - start, tuple(spans), speech=tuple(speech))

    def file_time(self, offset: float) -> float:
        """Seconds of the file at `offset` seconds of the window."""
        span = self.span_at(offset)
        return min(span.start + max(0.0, offset - span.offset), span.end)


@dataclass(frozen=True)
class CutWindow(Window):
    """A window with its samples (mono, 16 kHz), which nobody needs once its features are computed: 2 MB for 30 s."""

    audio: Samples

    def without_audio(self) -> Window:
        """What goes on to the model and to the text."""
        return Window(self.index, self.duration, self.spans, speech=self.speech, pause_s=self.pause_s)
