"""The level at which the voice detector hears a file: it misses speech that is faint, or so loud that it clips.

Measured with Silero v6 on human voices: as many frames are speech from -20 to -60 dB, fewer above, none at -80.
"""

from collections import deque

import numpy as np

from transcriber.audio.windows import Samples

LOUDEST_DB = -20.0  # above it a file is turned down to it
FAINTEST_DB = -45.0  # under it a file is turned up to it
MOST_GAIN_DB = 30.0  # what is fainter than -75 dB is noise
PIECES = 3  # of about a second: as long as a speaker pauses, so that a pause is not turned up


class Level:
    """Follows one file; the level of a piece is that of the loudest frame in it and in the two before it, as RMS."""

    def __init__(self) -> None:
        self._loudest: deque[float] = deque(maxlen=PIECES)

    def gain(self, frames: Samples) -> np.float32:
        """The factor for the next piece (n frames x samples); exactly 1 between the two levels above."""
        self._loudest.append(float(np.sqrt(np.einsum("ij,ij->i", frames, frames).max() / frames.shape[1])))
        level_db = 20 * np.log10(max(*self._loudest, 1e-9))
        gain_db = np.clip(level_db, FAINTEST_DB, LOUDEST_DB) - level_db
        return np.float32(10 ** (min(gain_db, MOST_GAIN_DB) / 20))
