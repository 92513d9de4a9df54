"""Lectures built from a seed out of human prompts, so that it is known when each word is said."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator

from tests.bench.hearing.noises import at_level, claps, hiss, music
from tests.support.speech.voices import Language, Spoken, novel, prompts
from tests.support.words import plain
from transcriber.audio.windows import SAMPLE_RATE, Samples

Kind = Literal["clean", "noisy"]
KINDS: tuple[Kind, ...] = ("clean", "noisy")

SPEECH_LEVEL = 0.08  # root of the mean square: -22 dB, as most lectures are
QUIET = 0.02  # of the loudest: where a prompt's words begin and end
BETWEEN_S = (0.15, 0.7)  # pauses between the sentences of a paragraph
PARAGRAPH = (3, 8)  # sentences
PAUSE_S: dict[Kind, tuple[float, float]] = {"clean": (0.8, 2.0), "noisy": (2.0, 20.0)}
LOUDER_DB = (-14.0, 3.0)  # how far a paragraph's level may move, where it does
NOISE_DB = (10.0, 20.0)  # speech above noise
FILLED_DB = (-12.0, 0.0)  # music and claps against speech


@dataclass(frozen=True)
class Said:
    """One sentence and when it is said, in seconds of the lecture."""

    text: str
    start: float
    end: float

    def words(self) -> Iterator[tuple[str, float, float]]:
        """Each word with about when it is said: a sentence's time is shared out by letters."""
        words = plain(self.text).split()
        letters = np.cumsum([0, *(len(word) + 1 for word in words)])
        edges = self.start + (self.end - self.start) * letters / letters[-1]
        yield from zip(words, edges[:-1].tolist(), edges[1:].tolist(), strict=True)


@dataclass(frozen=True)
class Lecture:
    """The sound, 16 kHz, and what is said in it, in order."""

    name: str
    language: Language
    audio: Samples
    said: tuple[Said, ...]

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.audio) / SAMPLE_RATE


def lecture(seed: int, kind: Kind, minutes: float, language: Language = "en") -> Lecture:
    """Equal arguments give equal samples. A prompt comes again only after all others."""
    chance = np.random.default_rng([seed, KINDS.index(kind)])
    sounds, said, at = list[Samples](), list[Said](), 0
    for sound, text in _pieces(chance, kind, language):
        if text:
            start, end = _voiced(sound)
            said.append(Said(text, (at + start) / SAMPLE_RATE, (at + end) / SAMPLE_RATE))
        sounds.append(sound)
        at += len(sound)
        if at >= minutes * 60 * SAMPLE_RATE and not text:
            break
    audio = np.concatenate(sounds)
    if kind == "noisy":
        noise = SPEECH_LEVEL * 10 ** (-chance.uniform(*NOISE_DB) / 20)
        audio = audio + at_level(hiss(chance, len(audio)), noise)
    loudest = max(1.0, float(np.abs(audio).max()))
    return Lecture(f"{kind}-{language}-{seed}", language, (audio / loudest).astype(np.float32), tuple(said))


def _pieces(chance: Generator, kind: Kind, language: Language) -> Iterator[tuple[Samples, str]]:
    """Sound after sound without end; those with a text are spoken, each paragraph ends with one that is not."""
    yield _silence(chance.uniform(0.2, 1.0)), ""
    left = list[Spoken]()
    while True:
        louder = 10 ** (chance.uniform(*LOUDER_DB) / 20) if kind == "noisy" else 1.0
        for _ in range(int(chance.integers(*PARAGRAPH, endpoint=True))):
            left = left or _shuffled(chance, language)
            spoken = left.pop()
            yield at_level(spoken.audio, SPEECH_LEVEL * louder), spoken.text
            yield _silence(chance.uniform(*BETWEEN_S)), ""
        yield _between(chance, kind), ""


def _between(chance: Generator, kind: Kind) -> Samples:
    """What is heard between two paragraphs: nothing, or music, or applause."""
    seconds = chance.uniform(*PAUSE_S[kind])
    if kind == "clean" or chance.random() < 0.4:
        return _silence(seconds)
    filled = (music if chance.random() < 0.5 else claps)(chance, seconds)
    return at_level(filled, SPEECH_LEVEL * 10 ** (chance.uniform(*FILLED_DB) / 20))


def _shuffled(chance: Generator, language: Language) -> list[Spoken]:
    spoken = [*prompts(language), *(novel() if language == "en" else ())]
    return [spoken[index] for index in chance.permutation(len(spoken))]


def _voiced(sound: Samples) -> tuple[int, int]:
    """The first and last sample of a prompt that are not its silence."""
    loud = np.flatnonzero(np.abs(sound) > QUIET * np.abs(sound).max())
    return int(loud[0]), int(loud[-1]) + 1


def _silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)
