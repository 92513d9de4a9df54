"""Training windows: utterances of one voice strung together with pauses, gain and noise, made when they are needed."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random

import numpy as np
from numpy.typing import NDArray

from .bank import Bank
from .schedule import Shape
from .speech import RATE_HZ
from .utterance import Utterance

FRAMES_PER_S = 50  # of the encoder
LONGEST_S = 30.0


@dataclass(frozen=True)
class Placed:
    """An utterance in a window: its samples begin `at_s` with word `from_word`; `cut` when the window ends first."""

    index: int
    utterance: Utterance
    at_s: float
    from_word: int
    cut: bool

    @property
    def skipped_s(self) -> float:
        """How much of the utterance lies before its first word here."""
        return self.utterance.starts[self.from_word] if self.from_word else 0.0

    @property
    def end_s(self) -> float:
        """Where it would end in the window."""
        return self.at_s + self.utterance.duration_s - self.skipped_s


@dataclass(frozen=True)
class Window:
    """Audio (float32, `shape.window_s` long, zeros after `valid` samples) and what is said in it."""

    audio: NDArray[np.float32]
    valid: int
    offset: int  # encoder frames that this window begins after the start of the 30 s frame
    placed: list[Placed]
    group: list[int]  # the utterances in this voice
    language: str
    phonemes: NDArray[np.int64]  # a class for each encoder frame


def compose(bank: Bank, shape: Shape, rng: Random) -> Window:
    """One window. Of 100 about 3 are silent."""
    group = bank.draw_group(rng)
    silent = rng.random() < 0.035
    filled_s = shape.window_s if rng.random() < 0.55 else rng.uniform(1.0, shape.window_s)
    placed = [] if silent else list(_place(bank, group, shape, filled_s, rng))
    valid_s = _valid_s(placed, shape.window_s, filled_s, rng)
    audio = _mix(bank, placed, shape.window_s)
    audio = _add_noise(audio * _gain(rng), rng, silent=silent)
    audio[round(valid_s * RATE_HZ) :] = 0
    return Window(
        audio=np.clip(audio, -1, 1),
        valid=round(valid_s * RATE_HZ),
        offset=_offset(shape.window_s, rng),
        placed=placed,
        group=group,
        language=bank.utterances[group[0]][1].line.language,
        phonemes=_labels(bank, placed, shape.window_s),
    )


def _place(bank: Bank, group: list[int], shape: Shape, filled_s: float, rng: Random) -> Iterator[Placed]:
    at_s = rng.uniform(0, 0.25) if rng.random() < 0.6 else rng.uniform(0, 1.0)
    for number in range(shape.utterances):
        index = bank.draw(group, rng, shape.keep_strings)
        utterance = bank.utterances[index][1]
        words = len(utterance.starts)
        from_word = rng.randint(1, words - 3) if number == 0 and words > 4 and rng.random() < 0.12 else 0
        one = Placed(index, utterance, at_s, from_word, cut=False)
        if one.end_s > shape.window_s:
            if number == 0 or filled_s == shape.window_s:
                yield Placed(index, utterance, at_s, from_word, cut=True)
            return
        yield one
        at_s = one.end_s + _pause_s(rng)
        if at_s > min(filled_s, shape.window_s - 0.1):
            return


def _pause_s(rng: Random) -> float:
    low, high = rng.choices([(0.02, 0.35), (0.3, 0.8), (0.8, 2.0)], [50, 35, 15])[0]
    return rng.uniform(low, high)


def _valid_s(placed: list[Placed], window_s: float, filled_s: float, rng: Random) -> float:
    end_s = min(window_s, placed[-1].end_s) if placed else rng.uniform(0.5, window_s)
    if end_s >= window_s - 0.3 or (filled_s == window_s and rng.random() < 0.5):
        return window_s
    return min(window_s, end_s + (0.0 if rng.random() < 0.25 else rng.uniform(0, 0.8)))


def _mix(bank: Bank, placed: list[Placed], window_s: float) -> NDArray[np.float32]:
    audio = np.zeros(int(window_s * RATE_HZ), np.float32)
    for one in placed:
        samples = bank.samples(one.index)[int(one.skipped_s * RATE_HZ) :]
        begin = int(one.at_s * RATE_HZ)
        heard = samples[: len(audio) - begin]
        audio[begin : begin + len(heard)] = heard
    return audio / np.float32(32768)


def _gain(rng: Random) -> np.float32:
    return np.float32(10 ** (rng.uniform(-16, 2) / 20) if rng.random() < 0.6 else 1.0)


def _add_noise(audio: NDArray[np.float32], rng: Random, *, silent: bool) -> NDArray[np.float32]:
    """White or dull noise 12 to 50 dB below the speech on half of the windows."""
    if rng.random() > (0.85 if silent else 0.5):
        return audio
    level = rng.uniform(0.001, 0.05) if silent else float(np.sqrt(np.mean(audio**2) + 1e-9))
    noise = _noise(len(audio), rng)
    scale = level * 10 ** (-rng.uniform(12, 50) / 20) / float(noise.std())
    return audio + (noise * scale).astype(np.float32)


def _noise(samples: int, rng: Random) -> NDArray[np.float64]:
    white = np.random.default_rng(rng.getrandbits(32)).standard_normal(samples)
    return np.convolve(white, np.ones(rng.randint(2, 9)), "same") if rng.random() < 0.4 else white


def _offset(window_s: float, rng: Random) -> int:
    """Short windows sit anywhere in the 30 s frame, so that all positions and timestamps are trained cheaply."""
    if window_s >= LONGEST_S or rng.random() < 0.4:
        return 0
    return rng.randint(0, int((LONGEST_S - window_s) * FRAMES_PER_S))


def _labels(bank: Bank, placed: list[Placed], window_s: float) -> NDArray[np.int64]:
    labels = np.zeros(int(window_s * FRAMES_PER_S), np.int64)
    for one in placed:
        shift = one.at_s - one.skipped_s
        phonemes = [*one.utterance.phonemes, ("_", one.utterance.duration_s)]
        for (name, start), (_, end) in pairwise(phonemes):
            if start >= one.skipped_s - 0.01:
                first, last = int((start + shift) * FRAMES_PER_S), int((end + shift) * FRAMES_PER_S)
                labels[max(0, first) : last] = bank.phonemes.get(name, 0)
    return labels
