"""A file's way to the model: decode a block, find speech, cut windows, compute features; then let others go first."""

import sys
from collections.abc import Callable
from contextlib import suppress

from transcriber import errors
from transcriber.audio.media import Decoders, Media, MediaLimits
from transcriber.audio.vad import SpeechModel
from transcriber.audio.windowing import WindowCutter
from transcriber.audio.windows import SAMPLE_RATE, CutWindow
from transcriber.engine.job import Job
from transcriber.engine.scheduling.rows import Row
from transcriber.engine.settings import EngineSettings
from transcriber.model.backend import Backend
from transcriber.model.frames import FRAMES, cut_to, frames_for

WAIT_S = 0.05  # for a block; then it is another file's turn
LEAST_BYTES_A_SECOND = 25  # even silence in FLAC takes more: a container that claims to be longer is not believed
CLAIM_TOLERANCE_S = 1.0  # containers round, and codecs pad


class Intake:
    """One job's file, read block by block; every method but `close` is called from one thread at a time."""

    def __init__(self, job: Job, backend: Backend, speech: SpeechModel, settings: EngineSettings) -> None:
        self.job = job
        self.windows = 0
        self.on_close: Callable[[], None] = lambda: None
        self._backend = backend
        self._cutter = WindowCutter(speech, settings.window_s)
        # Times that the model says itself were learnt at 30 s.
        self._short_encodes = settings.short_encodes and not job.options.token_timestamps
        self._media: Media | None = None
        self._samples = 0
        self._start = round(job.options.start_s * SAMPLE_RATE)
        length_s = job.options.length_s
        self._end = self._start + round(length_s * SAMPLE_RATE) if length_s else sys.maxsize
        self._longest_s = 0.0

    @property
    def is_open(self) -> bool:
        """Whether reading has begun."""
        return self._media is not None

    @property
    def read_s(self) -> float:
        """Seconds of audio read so far, of those that are to be heard."""
        return max(0, min(self._samples, self._end) - self._start) / SAMPLE_RATE

    @property
    def speech(self) -> list[tuple[float, float]]:
        """Stretches of speech found, in seconds of the file."""
        return self._cutter.speech

    @property
    def skipped_packets(self) -> int:
        """Packets that could not be decoded, once the file is read to its end."""
        return self._media.skipped_packets if self._media else 0

    @property
    def broke_off(self) -> bool:
        """Whether the rest of the file could not be read, once that is known."""
        return self._media.broke_off if self._media else False

    @property
    def claimed_s(self) -> float | None:
        """The duration that the container claims, once the first block is here; None where that cannot be.

        What is read past it was the claim of the first of several files that were joined.
        """
        claimed_s = self._media.claimed_duration_s if self._media else None
        least_s = self._samples / SAMPLE_RATE - CLAIM_TOLERANCE_S
        return claimed_s if claimed_s and least_s <= claimed_s <= self._longest_s else None

    def open(self, decoders: Decoders, limits: MediaLimits) -> None:
        """Begin to decode. Raises MediaError.

        Of several requests for the same content the first may have left and taken its file along.
        """
        for path in self.job.paths:
            with suppress(FileNotFoundError):
                self._longest_s = min(limits.max_audio_s, path.stat().st_size / LEAST_BYTES_A_SECOND)
                self._media = decoders.open(path, limits)
                return
        raise errors.Undecodable("the upload is gone")

    def step(self) -> tuple[list[Row[Job]], bool]:
        """The rows of the next block, and whether it was the last one. Raises MediaError.

        No rows where the block is not here soon: a decoder that hangs must not hold up the other files.
        """
        if self._media and not self._media.is_here(WAIT_S):
            return [], False
        block = next(self._media, None) if self._media and self._samples < self._end else None
        if block is None:
            self.close()
            return [self._row(window) for window in self._cutter.finish()], True
        start, end = self._start - self._samples, self._end - self._samples
        self._samples += len(block)
        heard = block[max(0, start) : min(end, len(block))]
        return [self._row(window) for window in self._cutter.feed(heard)] if len(heard) else [], False

    def close(self) -> None:
        """End the decoder; safe to call twice. Whoever waits for the file's slot hears of it."""
        if self._media is not None:
            self._media.close()
        self.on_close()

    def _row(self, window: CutWindow) -> Row[Job]:
        self.windows += 1
        frames = frames_for(len(window.audio) / SAMPLE_RATE) if self._short_encodes else FRAMES
        mel = cut_to(self._backend.features(window.audio), frames)
        return Row(self.job, window.without_audio(), mel, frames=frames)
