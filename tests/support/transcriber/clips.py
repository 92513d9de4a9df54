"""Pieces of the lecture as files, for tests that need real speech."""

import wave
from pathlib import Path

import numpy as np

from infra.sandbox.paths import LECTURE
from transcriber.audio.media import Decoders
from transcriber.audio.windows import SAMPLE_RATE, Samples


def lecture_audio() -> Samples:
    """The whole lecture: 104 s, mono, 16 kHz."""
    with Decoders() as decoders, decoders.open(LECTURE) as media:
        return np.concatenate(list(media))


def write_wav(path: Path, audio: Samples) -> Path:
    """`audio` as a 16-bit file at `path`."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((np.clip(audio, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def piece(audio: Samples, start_s: float, end_s: float) -> Samples:
    """The seconds from `start_s` to `end_s`."""
    return audio[int(start_s * SAMPLE_RATE) : int(end_s * SAMPLE_RATE)]
