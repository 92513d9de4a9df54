"""Packs stretches of speech into windows, cutting where the speaker pauses longest."""

from dataclasses import dataclass

import numpy as np

from transcriber.audio.buffer import SampleBuffer
from transcriber.audio.vad import SpeechDetector, SpeechModel, Stretch
from transcriber.audio.windows import SAMPLE_RATE, CutWindow, Samples, Span

PAD = int(0.4 * SAMPLE_RATE)  # silence kept around speech, as upstream does: words begin softly
LONG_PAUSE = 5 * SAMPLE_RATE  # ends a window: what is beyond is another matter, and beside it a sentence gets lost
FULL_ENOUGH = 0.8  # of a window: from here on the longest pause decides where it ends


@dataclass(frozen=True)
class _Piece:
    """A stretch with the silence it keeps: samples `start` to `end` of the file, `pause` samples before the next."""

    start: int
    end: int
    pause: int


class WindowCutter:
    """Turns the blocks of one file into windows of at most `max_s` seconds; the same ones whatever the blocks' size.

    `speech` are the stretches of speech found so far, (start, end) in seconds of the file.
    Holds the speech that waits for a window, with the silence it keeps, and the newest block; not the pauses between.
    """

    def __init__(self, model: SpeechModel, max_s: float) -> None:
        self._max = int(max_s * SAMPLE_RATE)
        self._detector = SpeechDetector(model, (self._max - 2 * PAD) / SAMPLE_RATE)
        self._stretches: list[Stretch] = []
        self._buffer = SampleBuffer()
        self._cut_at = 0
        self._count = 0
        self.speech: list[tuple[float, float]] = []

    def feed(self, samples: Samples) -> list[CutWindow]:
        """The windows that are full after these samples (one dimension, 16 kHz), in the file's order."""
        self._buffer.append(samples)
        self._found(self._detector.feed(samples))
        windows = self._full_windows(at_end=False)
        self._forget()
        return windows

    def finish(self) -> list[CutWindow]:
        """The windows that are left at the end of the file; nothing may be fed after it."""
        self._found(self._detector.finish())
        windows = self._full_windows(at_end=True)
        if self._stretches:
            windows.append(self._cut(self._pieces()))
        return windows

    def _found(self, stretches: list[Stretch]) -> None:
        self._stretches += stretches
        self.speech += [(s.start / SAMPLE_RATE, s.end / SAMPLE_RATE) for s in stretches]

    def _full_windows(self, *, at_end: bool) -> list[CutWindow]:
        """Windows for as long as more speech waits than fits into one.

        The last stretch waits for its successor: only then is the pause after it known, whatever the block size.
        """
        windows: list[CutWindow] = []
        while pieces := self._pieces()[: None if at_end else -1]:
            count = _ending(pieces, self._max)
            if not count or (at_end and count == len(pieces)):
                break
            windows.append(self._cut(pieces[:count]))
        return windows

    def _pieces(self) -> list[_Piece]:
        """The waiting stretches with their share of the silence between them."""
        pieces: list[_Piece] = []
        previous = self._cut_at
        starts = [stretch.start for stretch in self._stretches[1:]]
        for index, stretch in enumerate(self._stretches):
            last = index == len(starts)
            pause = (self._buffer.end if last else starts[index]) - stretch.end
            tail = min(PAD, pause if last else pause // 2)
            pieces.append(_Piece(max(previous, stretch.start - PAD), stretch.end + tail, pause))
            previous = pieces[-1].end
        return pieces

    def _cut(self, pieces: list[_Piece]) -> CutWindow:
        """A window of the first waiting stretches, which are these pieces."""
        stretches, self._stretches = self._stretches[: len(pieces)], self._stretches[len(pieces) :]
        self._cut_at = pieces[-1].end
        merged: list[tuple[int, int]] = []
        for piece in pieces:
            if merged and merged[-1][1] == piece.start:
                merged[-1] = (merged[-1][0], piece.end)
            else:
                merged.append((piece.start, piece.end))
        audio, spans = self._joined(merged), _spans(merged)
        speech, pause_s = _speech(stretches, spans), pieces[-1].pause / SAMPLE_RATE
        self._count += 1
        return CutWindow(self._count - 1, len(audio) / SAMPLE_RATE, spans, audio, speech=speech, pause_s=pause_s)

    def _joined(self, ranges: list[tuple[int, int]]) -> Samples:
        return np.concatenate([self._buffer.cut(start, end) for start, end in ranges])[: self._max]

    def _forget(self) -> None:
        """Drop the audio that no window can need any more, also that of long pauses between stretches that wait."""
        waiting = [(max(0, stretch.start - PAD), stretch.end + PAD) for stretch in self._stretches]
        speaking = self._detector.open_start
        following = self._detector.position if speaking is None else speaking
        self._buffer.keep([*waiting, (max(0, following - PAD), self._buffer.end)])


def _ending(pieces: list[_Piece], most: int) -> int:
    """How many of the pieces that wait are a window of at most so many samples; 0 where more may belong to it."""
    lengths = np.cumsum([piece.end - piece.start for piece in pieces])
    fitting = int(np.searchsorted(lengths, most, side="right"))
    if paused := next((n for n in range(1, fitting + 1) if pieces[n - 1].pause >= LONG_PAUSE), 0):
        return paused
    if fitting == len(pieces):
        return 0
    full = [n for n in range(1, fitting + 1) if lengths[n - 1] >= FULL_ENOUGH * most]
    return max(full, key=lambda n: (pieces[n - 1].pause, n), default=max(1, fitting))


def _spans(ranges: list[tuple[int, int]]) -> tuple[Span, ...]:
    spans: list[Span] = []
    offset = 0
    for start, end in ranges:
        spans.append(Span(start / SAMPLE_RATE, end / SAMPLE_RATE, offset / SAMPLE_RATE))
        offset += end - start
    return tuple(spans)


def _speech(stretches: list[Stretch], spans: tuple[Span, ...]) -> tuple[tuple[float, float], ...]:
    """The stretches in seconds of the window that these spans make."""
    found: list[tuple[float, float]] = []
    for stretch in stretches:
        start, end = stretch.start / SAMPLE_RATE, stretch.end / SAMPLE_RATE
        span = next(span for span in spans if start < span.end)
        found.append((start - span.start + span.offset, end - span.start + span.offset))
    return tuple(found)
