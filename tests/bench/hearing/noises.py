"""Sounds that are not speech, made from a seed: hiss, applause, a tune."""

import numpy as np
from numpy.random import Generator

from transcriber.audio.windows import SAMPLE_RATE, Samples

SCALE_HZ = (220.0, 246.9, 277.2, 329.6, 370.0, 440.0)
OVERTONES = (1.0, 0.5, 0.25, 0.12)


def level(sound: Samples) -> float:
    """The root of the mean square of what is not silent."""
    heard = sound[np.abs(sound) > 1e-3]
    return float(np.sqrt(np.mean(heard**2))) if len(heard) else 0.0


def at_level(sound: Samples, wanted: float) -> Samples:
    """The same sound with another `level`."""
    return (sound * (wanted / (level(sound) or 1.0))).astype(np.float32)


def hiss(chance: Generator, length: int) -> Samples:
    """Noise of a room: each octave as loud as the next, down to 50 Hz."""
    spectrum = np.fft.rfft(chance.standard_normal(length))
    hertz = np.fft.rfftfreq(length, 1 / SAMPLE_RATE)
    return np.fft.irfft(spectrum / np.sqrt(np.maximum(hertz, 50.0)), length).astype(np.float32)


def claps(chance: Generator, seconds: float) -> Samples:
    """Applause of a small room: bursts of noise that die away, eight to forty a second."""
    sound = np.zeros(int(seconds * SAMPLE_RATE), np.float32)
    burst = np.exp(-np.arange(SAMPLE_RATE // 25) / (SAMPLE_RATE * 0.006))
    for start in chance.integers(0, max(1, len(sound) - len(burst)), int(seconds * chance.uniform(8, 40))):
        one = burst * chance.standard_normal(len(burst)) * chance.uniform(0.2, 1.0)
        sound[start : start + len(burst)] += one[: len(sound) - start].astype(np.float32)
    return sound


def music(chance: Generator, seconds: float) -> Samples:
    """A tune of plucked notes with overtones over a low drone."""
    sound = np.zeros(int(seconds * SAMPLE_RATE), np.float32)
    step = int(chance.uniform(0.2, 0.5) * SAMPLE_RATE)
    for start in range(0, len(sound), step):
        note = _tone(float(chance.choice(SCALE_HZ)) * float(chance.choice([1, 2])), step * 2)
        part = sound[start : start + len(note)]
        part += note[: len(part)]
    time_s = np.arange(len(sound)) / SAMPLE_RATE
    return (sound + 0.2 * np.sin(2 * np.pi * 110 * time_s)).astype(np.float32)


def _tone(hertz: float, length: int) -> Samples:
    time_s = np.arange(length) / SAMPLE_RATE
    waves = sum(part * np.sin(2 * np.pi * hertz * (order + 1) * time_s) for order, part in enumerate(OVERTONES))
    return (np.exp(-3 * time_s) * waves).astype(np.float32)
