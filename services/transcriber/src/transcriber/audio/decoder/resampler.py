"""Frames of any rate and channels become samples at 16 kHz, also where a file changes them on its way."""

from collections.abc import Iterator
from typing import Any, cast

import av

from transcriber.audio.sample_rate import SAMPLE_RATE

MONO, STEREO = b"a", b"s"  # the kind of message that carries it
SILENT_S = 1  # silence is made in pieces of this length, so that a long hole takes no memory

Sound = tuple[bytes, bytes]  # kind, float32 samples


class Resampler:
    """Of one channel stays one; of more come two, which `channels` mixes: two that cancel each other must be seen."""

    def __init__(self) -> None:
        self._form: tuple[str, str, int] | None = None
        self._resampler: Any = None
        self._kind = MONO

    def resampled(self, frame: Any) -> Iterator[Sound]:
        """The samples that are ready with this frame; a frame of another form than the last one is no obstacle."""
        form = frame.format.name, frame.layout.name, frame.sample_rate
        if form != self._form:
            yield from self.flushed()
            self._kind = MONO if frame.layout.nb_channels == 1 else STEREO
            layout = "mono" if self._kind == MONO else "stereo"
            self._resampler = cast("Any", av.AudioResampler(format="flt", layout=layout, rate=SAMPLE_RATE))
            self._form = form
        frame.pts = None  # `Clock` has looked at it; libav would stop at a damaged one
        yield from self._bytes(self._resampler.resample(frame))

    def silence(self, seconds: float) -> Iterator[Sound]:
        """So much silence after all that came before."""
        left = round(seconds * SAMPLE_RATE)
        if left:
            yield from self.flushed()
        while left > 0:
            count = min(left, SILENT_S * SAMPLE_RATE)
            yield self._kind, bytes(self._sample_bytes * count)
            left -= count

    def flushed(self) -> Iterator[Sound]:
        """What the resampler still held back; it starts anew after it."""
        if self._resampler is not None:
            yield from self._bytes(self._resampler.resample(None))
        self._form = self._resampler = None

    @property
    def _sample_bytes(self) -> int:
        return 4 if self._kind == MONO else 8

    def _bytes(self, frames: list[Any]) -> Iterator[Sound]:
        """A frame's plane is longer than its samples. Not by `to_ndarray`: it costs every file the import of numpy."""
        for frame in frames:
            yield self._kind, bytes(frame.planes[0])[: self._sample_bytes * frame.samples]
