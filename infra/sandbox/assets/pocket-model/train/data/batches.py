"""Batches as tensors: one for each step, from the step's own seed, so that a resumed run goes on where it was."""

import time
from dataclasses import dataclass, fields
from random import Random
from typing import Self

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from .bank import Bank
from .schedule import draw_shape
from .targets import IGNORED, Span, write_steps
from .tokens import Tokens
from .windows import FRAMES_PER_S, compose


@dataclass
class Batch:
    """B windows of S samples and F encoder frames, T decoder positions."""

    audio: Tensor  # B, S float32
    valid: Tensor  # B: samples that are not padding
    offsets: Tensor  # B: encoder frames before the window
    phonemes: Tensor  # B, F classes
    inputs: Tensor  # B, T tokens
    labels: Tensor  # B, T tokens or IGNORED
    heard: Tensor  # B, T, F bool: where the input token is spoken
    next: Tensor  # B, T, F bool: where the token to predict is spoken

    def to(self, device: torch.device) -> Self:
        """The same batch on `device`."""
        return type(self)(*(getattr(self, one.name).to(device, non_blocking=True) for one in fields(self)))


@dataclass
class Clock:
    """Training time: `used_s` of `total_s` were used before `started_at` (seconds since the epoch)."""

    total_s: float
    used_s: float
    started_at: float

    def elapsed_s(self) -> float:
        """Seconds of training so far, earlier runs included."""
        return self.used_s + time.time() - self.started_at

    def progress(self) -> float:
        """Share of the time used, 0 to 1."""
        return min(1.0, self.elapsed_s() / self.total_s)


@dataclass
class Batches(Dataset[Batch]):
    """Item n is the batch of step n, about `audio_s` seconds of windows."""

    bank: Bank
    tokens: Tokens
    clock: Clock
    audio_s: float
    seed: int

    def __getitem__(self, step: int) -> Batch:
        """The batch of one step."""
        rng = Random(f"{self.seed}-{step}")
        shape = draw_shape(self.clock.progress(), rng)
        windows = [compose(self.bank, shape, rng) for _ in range(max(1, round(self.audio_s / shape.window_s)))]
        steps = [write_steps(window, self.bank, self.tokens, shape, rng) for window in windows]
        frames = int(shape.window_s * FRAMES_PER_S)
        return Batch(
            audio=torch.from_numpy(np.stack([window.audio for window in windows])),
            valid=torch.tensor([window.valid for window in windows]),
            offsets=torch.tensor([window.offset for window in windows]),
            phonemes=torch.from_numpy(np.stack([window.phonemes for window in windows])),
            inputs=_pad([[step.token for step in one[:-1]] for one in steps], self.tokens.end),
            labels=_pad([[step.label for step in one[1:]] for one in steps], IGNORED),
            heard=_mark([[step.span for step in one[:-1]] for one in steps], frames),
            next=_mark([[step.span for step in one[1:]] for one in steps], frames),
        )


def _pad(rows: list[list[int]], filler: int) -> Tensor:
    length = max(map(len, rows))
    return torch.tensor([row + [filler] * (length - len(row)) for row in rows])


def _mark(rows: list[list[Span | None]], frames: int) -> Tensor:
    """True at the frames of each span, 40 ms more on both sides."""
    marks = torch.zeros(len(rows), max(map(len, rows)), frames, dtype=torch.bool)
    for row, spans in enumerate(rows):
        for position, span in enumerate(spans):
            if span is not None:
                first = max(0, int(span[0] * FRAMES_PER_S) - 2)
                marks[row, position, first : int(span[1] * FRAMES_PER_S) + 3] = True
    return marks
