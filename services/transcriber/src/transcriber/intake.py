"""A file's way to the model: decode a block, find speech, cut windows, compute features; then let others go first."""

from contextlib import suppress

from transcriber import errors
from transcriber.backend import Backend
from transcriber.cutter import WindowCutter
from transcriber.job import Job
from transcriber.media import Decoders, Media, MediaLimits
from transcriber.rows import Row
from transcriber.speech import SpeechModel
from transcriber.windows import SAMPLE_RATE, CutWindow

LEAST_BYTES_A_SECOND = 25  # even silence in FLAC takes more: a container that claims to be longer is not believed


class Intake:
    """One job's file, read block by block; every method but `close` is called from one thread at a time."""

    def __init__(self, job: Job, backend: Backend, speech: SpeechModel, window_s: float) -> None:
        self.job = job
        self.windows = 0
        self._backend = backend
        self._cutter = WindowCutter(speech, window_s)
        self._media: Media | None = None
        self._samples = 0

    @property
    def is_open(self) -> bool:
        """Whether reading has begun."""
        return self._media is not None

    @property
    def read_s(self) -> float:
        """Seconds of audio read so far."""
        return self._samples / SAMPLE_RATE

    @property
    def speech(self) -> list[tuple[float, float]]:
        """Stretches of speech found, in seconds of the file."""
        return self._cutter.speech

    def open(self, decoders: Decoders, limits: MediaLimits) -> float | None:
        """Begin to decode; the duration that the container claims, None where that cannot be. Raises MediaError.

        Of several requests for the same content the first may have left and taken its file along.
        """
        for path in self.job.paths:
            with suppress(FileNotFoundError):
                longest_s = min(limits.max_audio_s, path.stat().st_size / LEAST_BYTES_A_SECOND)
                self._media = decoders.open(path, limits)
                claimed_s = self._media.claimed_duration_s
                return claimed_s if claimed_s and claimed_s <= longest_s else None
        raise errors.Undecodable("the upload is gone")

    def step(self) -> tuple[list[Row], bool]:
        """The rows of the next block, and whether it was the last one. Raises MediaError."""
        block = next(self._media, None) if self._media else None
        if block is None:
            self.close()
            return [self._row(window) for window in self._cutter.finish()], True
        self._samples += len(block)
        return [self._row(window) for window in self._cutter.feed(block)], False

    def close(self) -> None:
        """End the decoder; safe to call twice."""
        if self._media is not None:
            self._media.close()

    def _row(self, window: CutWindow) -> Row:
        self.windows += 1
        return Row(self.job, window.without_audio(), self._backend.features(window.audio))
