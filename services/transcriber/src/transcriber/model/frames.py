"""At how many frames a window is encoded: a short one costs what it holds, not Whisper's 30 s.

The encoder takes input shorter than it was trained on. What is left must be at least 10 s in all, and the padding at
least as long as the window, else words change; by the table in tests/bench/README.md. Whole steps of 5 s, so that
windows of about one length share a batch.
"""

import math

import numpy as np

from transcriber.model.backend import Mel

FRAMES_A_SECOND = 100
FRAMES = 3000  # of 30 s, what the encoder was trained on
LEAST_S, PADDED, STEP_S = 10.0, 2.0, 5.0
QUIET_FRAMES = 10


def frames_for(duration_s: float) -> int:
    """The frames at which a window of this many seconds is encoded."""
    encoded_s = max(LEAST_S, PADDED * duration_s)
    return min(FRAMES, math.ceil(encoded_s / STEP_S) * round(STEP_S * FRAMES_A_SECOND))


def cut_to(mel: Mel, frames: int) -> Mel:
    """The first frames alone; the others, which are padding, take no memory any more."""
    return mel if mel.shape[1] <= frames else mel[:, :frames].copy()


def padded(mel: Mel) -> Mel:
    """All frames of 30 s, with zeros for those that are missing; any more are cut off."""
    mel = mel[:, :FRAMES]
    return np.pad(mel, ((0, 0), (0, FRAMES - mel.shape[1]))).astype(np.float32, copy=False)


def quietest_s(mel: Mel, start: float, end: float) -> float:
    """Between two seconds of a window, the one around which a tenth of a second is the most quiet."""
    level = mel[:, int(start * FRAMES_A_SECOND) : int(end * FRAMES_A_SECOND)].mean(0)
    if len(level) < QUIET_FRAMES:
        return (start + end) / 2
    around = np.convolve(level, np.ones(QUIET_FRAMES), "valid")
    return start + (int(around.argmin()) + QUIET_FRAMES / 2) / FRAMES_A_SECOND
