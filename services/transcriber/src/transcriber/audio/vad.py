"""Where somebody speaks: Silero voice activity, streamed block by block with its state carried over.

The model is the one that ships inside faster-whisper. Block sizes do not change the result: it is equal to the last
bit to that of the whole file. https://github.com/snakers4/silero-vad
Two things are done that upstream leaves to the caller: the level is made even, and after silence the network starts
afresh, because its state goes stale: after half a minute of silence it misses whole sentences.
"""

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import faster_whisper
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from transcriber.audio.levels import Level
from transcriber.audio.windows import SAMPLE_RATE, Samples

FRAME = 512  # samples that Silero judges at once, 32 ms
CONTEXT = 64  # samples of the frame before that it also sees
SPEECH = 0.5  # probability at which speech begins
SILENCE = 0.35  # probability under which it ends
PIECE = 32 * FRAME  # samples judged together, 1 s: its level is made even, and the network may start afresh after it
STALE_PIECES = 4  # without speech, after which the network starts afresh
MIN_SILENCE = int(0.16 * SAMPLE_RATE)  # a pause shorter than this is part of the speech
LOOK_BACK_FRAMES = 5 * SAMPLE_RATE // FRAME  # where a cut through endless speech is looked for
NO_STATE: Samples = np.zeros((1, 1, 128), np.float32)


@dataclass(frozen=True)
class Stretch:
    """Speech from sample `start` to sample `end` of the file."""

    start: int
    end: int


class SpeechModel:
    """Silero in onnxruntime, one thread a call; calls from several threads at once are fine."""

    def __init__(self) -> None:
        options = cast("Any", onnxruntime).SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        path = Path(faster_whisper.__file__).parent / "assets" / "silero_vad_v6.onnx"
        self._session = cast(
            "Any", onnxruntime.InferenceSession(str(path), sess_options=options, providers=["CPUExecutionProvider"])
        )

    def run(self, frames: Samples, h: Samples, c: Samples) -> tuple[NDArray[np.float32], Samples, Samples]:
        """Probabilities of speech (n) in `frames` (n x 576 samples, context first), and the state after them.

        `h` and `c` are the network's state before them, each 1 x 1 x 128: zeros at the beginning.
        """
        probabilities, h, c = self._session.run(None, {"input": frames, "h": h, "c": c})
        return np.reshape(probabilities, -1), h, c


class SpeechDetector:
    """Finds the stretches of speech of one file, fed block by block; no stretch is longer than `max_s` seconds."""

    def __init__(self, model: SpeechModel, max_s: float) -> None:
        self._model = model
        self._max = int(max_s * SAMPLE_RATE)
        self._level = Level()
        self._silent_pieces = STALE_PIECES
        self._h = self._c = NO_STATE
        self._rest = np.zeros(0, np.float32)
        self._context = np.zeros(CONTEXT, np.float32)
        self._frame = 0
        self._length = 0
        self._start: int | None = None
        self._quiet: int | None = None
        self._recent: deque[float] = deque(maxlen=LOOK_BACK_FRAMES)

    @property
    def open_start(self) -> int | None:
        """The first sample of the speech that has not ended yet."""
        return self._start

    @property
    def position(self) -> int:
        """Samples judged so far."""
        return self._frame * FRAME

    def feed(self, samples: Samples) -> list[Stretch]:
        """The stretches that end within these samples (one dimension, 16 kHz, any number)."""
        self._length += len(samples)
        pending = np.concatenate([self._rest, samples])
        whole = len(pending) // PIECE * PIECE
        self._rest = pending[whole:]
        return self._judge(pending[:whole])

    def finish(self) -> list[Stretch]:
        """The stretches that end with the file; nothing may be fed after it."""
        padding = np.zeros(FRAME - len(self._rest) % FRAME, np.float32)
        found = self._judge(np.concatenate([self._rest, padding]))
        if self._start is not None:
            found.append(Stretch(self._start, min(self._quiet or self._length, self._length)))
            self._start = None
        return found

    def _judge(self, samples: Samples) -> list[Stretch]:
        pieces = (samples[at : at + PIECE].reshape(-1, FRAME) for at in range(0, len(samples), PIECE))
        return [stretch for piece in pieces for p in self._probabilities(piece) if (stretch := self._step(p))]

    def _probabilities(self, frames: Samples) -> list[float]:
        """Of speech in the next piece: n x 512 samples, give n."""
        contexts = np.concatenate([self._context[None], frames[:-1, -CONTEXT:]])
        self._context = frames[-1, -CONTEXT:]
        if self._silent_pieces >= STALE_PIECES:
            self._h = self._c = NO_STATE
        even = np.concatenate([contexts, frames], 1) * self._level.gain(frames)
        probabilities, self._h, self._c = self._model.run(even, self._h, self._c)
        self._silent_pieces = self._silent_pieces + 1 if probabilities.max() < SILENCE else 0
        return probabilities.tolist()

    def _step(self, probability: float) -> Stretch | None:
        at = self._frame * FRAME
        self._frame += 1
        self._recent.append(probability)
        if probability >= SPEECH:
            self._quiet = None
            self._start = at if self._start is None else self._start
        elif self._start is not None and probability < SILENCE:
            self._quiet = at if self._quiet is None else self._quiet
            if at - self._quiet >= MIN_SILENCE:
                return self._close(self._quiet, None)
        if self._start is not None and at - self._start >= self._max:
            cut = self._least_likely(at)
            return self._close(cut, cut)
        return None

    def _close(self, end: int, next_start: int | None) -> Stretch:
        stretch = Stretch(cast("int", self._start), end)
        self._start, self._quiet = next_start, None
        return stretch

    def _least_likely(self, at: int) -> int:
        """The sample, in the last seconds, where speech was least likely: the kindest place for a cut.

        Not in the first half of the speech, lest a short window be cut into crumbs.
        """
        frames = max(1, (at - cast("int", self._start)) // FRAME // 2)
        recent = list(self._recent)[:-1][-frames:]
        back = len(recent) - min(range(len(recent)), key=recent.__getitem__)
        return at - back * FRAME
