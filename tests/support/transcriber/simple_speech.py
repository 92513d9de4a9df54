"""Speech that can be told without listening: loud samples. An hour takes a second."""

import numpy as np

from transcriber.audio.vad import CONTEXT, SpeechModel
from transcriber.audio.windows import SAMPLE_RATE, Samples


class Loudness(SpeechModel):
    """Hears speech where a sample is loud."""

    def __init__(self) -> None:
        pass

    def run(self, frames: Samples, h: Samples, c: Samples) -> tuple[Samples, Samples, Samples]:
        return (np.abs(frames[:, CONTEXT:]).max(axis=1) > 0.05).astype(np.float32), h, c


def sound(*seconds: float) -> Samples:
    """Speech and silence in turn, each for so many seconds."""
    parts = [np.full(round(s * SAMPLE_RATE), 1.0 - n % 2, np.float32) for n, s in enumerate(seconds)]
    return np.concatenate(parts)
