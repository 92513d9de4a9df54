"""A model that hears nothing but says, at once, what each window's audio is; shared by the transcriber's tests."""

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from transcriber.audio.windows import SAMPLE_RATE, Samples
from transcriber.engine.metrics import Wait
from transcriber.model.backend import Ask, Decoding, Fault, Hypothesis, Mel, Origin, WindowWord
from transcriber.model.frames import padded
from transcriber.schemas import Task

PIECE_S = 1.0
LANGUAGES = frozenset({"en", "de", "fr", "es"})


@dataclass(frozen=True)
class Call:
    """One call to `generate`: the mark of each row's audio, the prompts' texts, and how."""

    marks: tuple[int, ...]
    prompts: tuple[str, ...]
    how: Decoding


def mark_of(audio: Samples) -> int:
    """A number that differs from window to window."""
    return int(np.abs(audio).sum() * 1000) % 1_000_000


class FakeBackend:
    """Answers "Window 123456." for audio whose mark is 123456.

    `hear` may say something else for a mark and an attempt's temperature. `trouble` may raise for the marks of a
    batch. While `unblocked` is clear, `generate` waits. `calls`, `encoded` (with `frames`) and `detected` are what
    the engine asked.
    """

    name = "fake"
    device = "cpu"
    origin: Origin = "mounted"
    languages = LANGUAGES

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.encoded: list[int] = []
        self.frames: list[int] = []
        self.detected: list[int] = []
        self.featured = 0
        self.ready = 0  # windows that readers have put before the model
        self.busy = threading.Event()
        self.unblocked = threading.Event()
        self.unblocked.set()
        self.hear: Callable[[int, float], Hypothesis | None] = lambda _mark, _temperature: None
        self.trouble: Callable[[Sequence[int]], None] = lambda _marks: None
        self.language: Callable[[int], str] = lambda _mark: "en"

    def features(self, audio: Samples) -> Mel:
        self.featured += 1
        return padded(np.array([[mark_of(audio), len(audio) / SAMPLE_RATE]], np.float64).astype(np.float32))

    def part(self, mel: Mel, start: float, end: float) -> Mel:
        return np.array([[mel[0, 0] + start + 1, end - start]], np.float32)

    def encode(self, mels: list[Mel]) -> Any:
        marks = [int(mel[0, 0]) for mel in mels]
        self.encoded += marks
        self.frames += [mel.shape[1] for mel in mels]
        return marks

    def keep(self, encoded: Any, rows: list[int]) -> list[Any]:
        return [encoded[row] for row in rows]

    def stack(self, kept: list[Any]) -> Any:
        return list(kept)

    def detect_language(
        self, encoded: Any, rows: list[int], among: Sequence[tuple[str, ...]] = ()
    ) -> list[tuple[str, float]]:
        self.detected += [encoded[row] for row in rows]
        return [(self._detected(encoded[row], codes), 0.9) for row, codes in zip(rows, among, strict=True)]

    def _detected(self, mark: int, among: tuple[str, ...]) -> str:
        """The language of `language`, or the first of those that it may be."""
        likeliest = self.language(mark)
        return likeliest if likeliest in among or not among else among[0]

    def prompt(self, language: str, ask: Ask) -> tuple[int, ...]:
        if threading.current_thread().name.startswith("reader"):
            self.ready += 1  # under the lock without which no batch is taken
        return tuple(map(ord, f"{ask.told}<{language},{ask.task}>"))

    def generate(self, encoded: Any, prompts: list[tuple[int, ...]], how: Decoding) -> list[Hypothesis]:
        self.busy.set()
        self.unblocked.wait(30)
        self.busy.clear()
        self.trouble(encoded)
        self.calls.append(Call(tuple(encoded), tuple("".join(map(chr, prompt)) for prompt in prompts), how))
        return [self.hear(mark, how.temperature) or heard(f"Window {mark}.") for mark in encoded]

    def align(
        self, encoded: Any, language: str, task: Task, tokens: list[tuple[int, ...]], seconds: list[float]
    ) -> list[list[WindowWord]]:
        """The text in pieces of at most a second, so that all of the window's speech has words."""
        return [_spread(self.text(row), length) for row, length in zip(tokens, seconds, strict=True)]

    def text(self, tokens: tuple[int, ...]) -> str:
        return "".join(map(chr, tokens))

    def stamped(self, tokens: tuple[int, ...]) -> list[WindowWord]:
        return [WindowWord(0.0, 30.0, self.text(tokens), 0.0)]

    def fault(self, error: Exception) -> Fault:
        said = str(error)
        if "out of memory" in said:
            return "out_of_memory"
        return "device_lost" if "illegal memory access" in said else "other"


def _spread(text: str, length: float) -> list[WindowWord]:
    count = min(len(text), math.ceil(length / PIECE_S))
    edges = [round(len(text) * number / count) for number in range(count + 1)] if count else []
    starts = [length * number / count for number in range(count + 1)] if count else []
    return [
        WindowWord(starts[n], starts[n + 1], (" " if n == 0 else "") + text[edges[n] : edges[n + 1]], 0.9)
        for n in range(count)
    ]


def heard(text: str, avg_logprob: float = -0.2, no_speech_prob: float = 0.01) -> Hypothesis:
    """What FakeBackend's `hear` returns; its tokens are the text's characters."""
    return Hypothesis(tuple(map(ord, text)), avg_logprob, no_speech_prob)


class CountingMetrics:
    """Remembers what the engine counted."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.guards: list[str] = []
        self.waits: list[float] = []
        self.cancels = 0

    def batch(self, rows: int, size: int, busy_s: float, audio_s: float) -> None:
        self.batches.append(rows)

    def waited(self, seconds: float, stage: Wait = "model") -> None:
        if stage == "model":
            self.waits.append(seconds)

    def low_confidence(self, guard: str) -> None:
        self.guards.append(guard)

    def cancelled(self) -> None:
        self.cancels += 1
