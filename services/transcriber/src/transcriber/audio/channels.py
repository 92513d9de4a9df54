"""Two channels become one, without losing what they would cancel out."""

import numpy as np

from transcriber.audio.sample_rate import SAMPLE_RATE
from transcriber.audio.windows import Samples

PIECE = SAMPLE_RATE  # samples that are decided on together
CANCELLED = 0.1  # of the louder channel's energy: two unlike sounds leave half of it, one and silence a quarter
LOUDER = 2.0  # in energy: else the left one is taken throughout, lest the phase flip from piece to piece


def mixed(stereo: Samples) -> Samples:
    """The mean of two channels (n x 2 samples, gives n); where it cancels them, as of opposite phase, one of them."""
    left, right = np.ascontiguousarray(stereo.T)
    mono = (left + right) * np.float32(0.5)
    for at in range(0, len(mono), PIECE):
        piece = slice(at, at + PIECE)
        left_energy, right_energy = _energy(left[piece]), _energy(right[piece])
        if _energy(mono[piece]) < CANCELLED * max(left_energy, right_energy):
            mono[piece] = right[piece] if right_energy > LOUDER * left_energy else left[piece]
    return mono


def _energy(samples: Samples) -> float:
    return float(np.dot(samples, samples))
