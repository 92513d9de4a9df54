"""A file's way to the model: decode a block, find speech, cut windows, compute features; then let others go first."""

from collections.abc import Callable

from transcriber import errors
from transcriber.backend import Backend
from transcriber.cutter import WindowCutter
from transcriber.job import Job
from transcriber.media import Decoders, Media, MediaLimits
from transcriber.rows import Row
from transcriber.speech import SpeechModel
from transcriber.windows import SAMPLE_RATE, CutWindow


class Intake:
    """One job's file, read block by block; every method but `close` is called from one thread at a time."""

    def __init__(self, job: Job, backend: Backend, speech: SpeechModel, window_s: float) -> None:
        self.job = job
        self.windows = 0
        self.on_close: Callable[[], None] = lambda: None
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
        """Begin to decode; the duration that the container claims. Raises MediaError.

        Of several requests for the same content the first may have left and taken its file along.
        """
        path = next((path for path in self.job.paths if path.exists()), None)
        if path is None:
            raise errors.Undecodable("the upload is gone")
        self._media = decoders.open(path, limits)
        return self._media.claimed_duration_s

    def step(self) -> tuple[list[Row], bool]:
        """The rows of the next block, and whether it was the last one. Raises MediaError."""
        block = next(self._media, None) if self._media else None
        if block is None:
            self.close()
            return [self._row(window) for window in self._cutter.finish()], True
        self._samples += len(block)
        return [self._row(window) for window in self._cutter.feed(block)], False

    def close(self) -> None:
        """End the decoder; safe to call twice. Whoever waits for the file's place hears of it."""
        if self._media is not None:
            self._media.close()
        self.on_close()

    def _row(self, window: CutWindow) -> Row:
        self.windows += 1
        return Row(self.job, window.without_audio(), self._backend.features(window.audio))
