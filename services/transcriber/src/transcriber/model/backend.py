"""What the engine needs of a model, and the values that pass between them. A fake for tests fits in 100 lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from transcriber.audio.windows import Samples
from transcriber.schemas import Task

Mel = NDArray[np.float32]
"""Log-mel features of one window, [n_mels, frames], padded with zeros: 100 frames a second, at most 30 s of them."""

Origin = Literal["mounted", "baked", "downloaded"]
"""How a model's files came here: a folder that somebody put there, in the image, or from the hub."""
Fault = Literal["out_of_memory", "device_lost", "other"]


@dataclass(frozen=True)
class Ask:
    """What one request asks of the model for each of its windows.

    `hotwords` and `previous` are text the model is told came before; `token_times` lets it say times itself; without
    `times` nobody will look at them. `per_window`: each window is in a language of its own. A language that is to be
    detected is one of `languages`, where there are any.
    """

    task: Task = "transcribe"
    hotwords: str = ""
    previous: str = ""
    token_times: bool = False
    times: bool = True
    per_window: bool = False
    languages: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """Everything the model is told, as one text."""
        return " ".join(part for part in (self.hotwords, self.previous) if part)


@dataclass(frozen=True)
class Decoding:
    """What all rows of one call to `generate` share.

    Greedy or beam search at temperature 0, sampling of `best_of` above it. At most `max_new_tokens` a row.
    """

    temperature: float = 0.0
    beam_size: int = 5
    best_of: int = 5
    max_new_tokens: int = 224


@dataclass(frozen=True)
class Hypothesis:
    """What the model heard in one window: tokens, their mean log-probability, and the probability of no speech."""

    tokens: tuple[int, ...]
    avg_logprob: float
    no_speech_prob: float


@dataclass(frozen=True)
class WindowWord:
    """A word (or phrase) with its times in seconds of its window; `text` keeps its leading space and its marks."""

    start: float
    end: float
    text: str
    probability: float


class Backend(Protocol):
    """A Whisper model on one device. Methods may be called from any thread.

    `encoded` values are opaque: the encoder's output for one batch, a row a window, on the device. The methods that
    compute (`encode` to `align`) raise RuntimeError, ValueError or MemoryError; `fault` says what that means.
    """

    @property
    def name(self) -> str:
        """What answers call the model."""
        ...

    @property
    def device(self) -> str:
        """`cuda` or `cpu`."""
        ...

    @property
    def origin(self) -> Origin:
        """How its files came here."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """The codes of the languages that it has a token for."""
        ...

    def features(self, audio: Samples) -> Mel:
        """Log-mel features of a window: samples (mono, 16 kHz, at most 30 s; more is cut off) to [n_mels, 3000]."""
        ...

    def part(self, mel: Mel, start: float, end: float) -> Mel:
        """The features of a window's stretch from `start` to `end`, in its seconds, as those of a window of its own."""
        ...

    def encode(self, mels: list[Mel]) -> Any:
        """The encoder's output for a batch of windows, which must have equally many frames."""
        ...

    def keep(self, encoded: Any, rows: list[int]) -> list[Any]:
        """The rows at these places of the batch, copied off the device, for a later one."""
        ...

    def stack(self, kept: list[Any]) -> Any:
        """A batch of kept rows, which need not come from one batch; like what `encode` gives."""
        ...

    def detect_language(
        self, encoded: Any, rows: list[int], among: Sequence[tuple[str, ...]] = ()
    ) -> list[tuple[str, float]]:
        """The likeliest language's code for the rows at these places, with its probability, 0 to 1.

        `among` has, for each of these rows, the codes to choose from; none are all.
        """
        ...

    def prompt(self, language: str, ask: Ask) -> tuple[int, ...]:
        """The tokens that ask for a transcript; equally long for all languages."""
        ...

    def generate(self, encoded: Any, prompts: list[tuple[int, ...]], how: Decoding) -> list[Hypothesis]:
        """One hypothesis a row; the prompts must be equally long and agree about `token_times`."""
        ...

    def align(
        self, encoded: Any, language: str, task: Task, tokens: list[tuple[int, ...]], seconds: list[float]
    ) -> list[list[WindowWord]]:
        """When each word of each row was said, given the tokens of its text and its window's duration in seconds.

        All rows are in one language and of one task. Rows without tokens give no words.
        """
        ...

    def text(self, tokens: tuple[int, ...]) -> str:
        """The tokens as text, without time tokens, stripped."""
        ...

    def stamped(self, tokens: tuple[int, ...]) -> list[WindowWord]:
        """The phrases between time tokens, where `token_times` was asked."""
        ...

    def fault(self, error: Exception) -> Fault:
        """What an exception from the methods above means."""
        ...
