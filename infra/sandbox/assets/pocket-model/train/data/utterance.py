"""One spoken line with the times of its words and phonemes, trimmed to where it is audible."""

from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from .speech import RATE_HZ, Espeak, Speech, Voice
from .text import Line

AUDIBLE = 80  # of 32,768
SHORTEST_SAMPLES = 800
LONGEST_S = 14.0
VARIANTS = ["+m1", "+m2", "+m3", "+m4", "+m5", "+m6", "+m7", "+m8", "+f1", "+f2", "+f3", "+f4", "+f5"]
ACCENTS = ["en-gb-scotland", "en-gb-x-rp", "en-029"]


@dataclass(frozen=True)
class Utterance:
    """A line as `voice` said it. Times are seconds from its first sample; one start and end for each word."""

    line: Line
    voice: str
    first: int  # sample in the shard's audio
    count: int  # samples
    starts: list[float]
    ends: list[float]
    phonemes: list[tuple[str, float]]

    @property
    def duration_s(self) -> float:
        """How long it is."""
        return self.count / RATE_HZ


def draw_voice(language: str, rng: Random) -> Voice:
    """A voice for `language`: mostly en-us and en-gb, plain or one of espeak-ng's variants."""
    return Voice(
        name=_voice_name(language, rng),
        words_per_minute=175 if rng.random() < 0.3 else rng.randint(130, 195),
        pitch=50 if rng.random() < 0.35 else rng.randint(30, 75),
        pitch_range=50 if rng.random() < 0.6 else rng.randint(30, 70),
    )


def _voice_name(language: str, rng: Random) -> str:
    if language != "en":
        return language if rng.random() < 0.6 else language + rng.choice(VARIANTS)
    base = rng.choices(["en-us", "en", "en-us+", "en+", "accent"], [32, 24, 24, 13, 7])[0]
    if base == "accent":
        return rng.choice(ACCENTS)
    return base[:-1] + rng.choice(VARIANTS) if base.endswith("+") else base


def utter(espeak: Espeak, line: Line, voice: Voice, first: int) -> tuple[Utterance, NDArray[np.int16]] | None:
    """`line` spoken, and its samples; None where it is inaudible or longer than 14 s."""
    speech = espeak.say(line.text, voice)
    audible = np.flatnonzero(np.abs(speech.samples.astype(np.int32)) > AUDIBLE)
    if len(audible) < SHORTEST_SAMPLES:
        return None
    begin = max(0, int(audible[0]) - AUDIBLE)
    samples = speech.samples[begin : int(audible[-1]) + 160]
    duration_s = len(samples) / RATE_HZ
    if duration_s > LONGEST_S:
        return None
    phonemes = [(name, min(max(at - begin / RATE_HZ, 0.0), duration_s)) for name, at in speech.phonemes]
    starts = _word_starts(line.text, speech, begin / RATE_HZ, duration_s)
    ends = _word_ends(starts, phonemes, duration_s)
    return Utterance(line, voice.name, first, len(samples), starts, ends, phonemes), samples


def _word_starts(text: str, speech: Speech, offset_s: float, duration_s: float) -> list[float]:
    """Starts of all words; espeak merges some ("of the"), which are placed by their share of the characters."""
    words = text.split(" ")
    positions = np.cumsum([1] + [len(word) + 1 for word in words])
    known = {index: speech.words[int(at)] - offset_s for index, at in enumerate(positions[:-1]) if at in speech.words}
    known |= {0: known.get(0, 0.0), len(words): duration_s}
    indexes = sorted(known)
    starts = np.interp(positions, [positions[index] for index in indexes], [known[index] for index in indexes])
    return [float(start) for start in np.clip(starts[:-1], 0.0, duration_s)]


def _word_ends(starts: list[float], phonemes: list[tuple[str, float]], duration_s: float) -> list[float]:
    """A word ends where the next begins, or at the pause before it."""
    ends = [*starts[1:], duration_s]
    for name, at in phonemes:
        word = int(np.searchsorted(starts, at - 1e-4)) - 1
        if name.startswith("_") and word >= 0 and at > starts[word] + 0.05:
            ends[word] = min(ends[word], at)
    return ends
