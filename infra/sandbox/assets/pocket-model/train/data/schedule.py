"""What a step trains on and how its losses are weighed, by the share of the training time that is used up."""

from dataclasses import dataclass
from random import Random

PROMPT_LENGTHS = (4, 10, 20, 40, 80, 150, 223)  # tokens of previous text; Whisper passes at most 223
PROMPT_SHARE = 0.25


@dataclass(frozen=True)
class Shape:
    """How the windows of one batch are made."""

    window_s: float
    utterances: int  # at most so many in one window
    prompt_tokens: int  # of previous text; 0 for none
    keep_strings: float  # share of the random word strings that are kept


@dataclass(frozen=True)
class Weights:
    """Weights of the two helping losses beside the cross entropy of the text."""

    phonemes: float
    attention: float


@dataclass(frozen=True)
class Stage:
    """One part of the run: until which share of the time, its windows as (seconds, weight), what is kept."""

    until: float
    windows: tuple[tuple[float, int], ...]
    utterances: int
    keep_strings: float
    weights: Weights


# Long windows only help once short ones are understood (text loss under 1.6): before that the loss stands still.
STAGES = (
    Stage(0.20, ((6, 65), (10, 35)), 3, 1.0, Weights(1.0, 0.6)),
    Stage(0.35, ((6, 65), (10, 35)), 3, 0.4, Weights(0.3, 0.6)),
    Stage(0.50, ((8, 50), (15, 25), (30, 25)), 99, 0.4, Weights(0.3, 0.3)),
    Stage(0.70, ((10, 27), (15, 15), (30, 58)), 99, 0.4, Weights(0.1, 0.3)),
    Stage(1.01, ((10, 12), (15, 15), (30, 73)), 99, 0.08, Weights(0.05, 0.3)),
)


def stage(progress: float) -> Stage:
    """The stage at `progress` (0 to 1)."""
    return next(one for one in STAGES if progress < one.until)


def draw_shape(progress: float, rng: Random) -> Shape:
    """The shape of the next batch at `progress`."""
    now = stage(min(1.0, progress))
    lengths, weights = zip(*now.windows, strict=True)
    window_s = float(rng.choices(lengths, weights)[0])
    prompt_tokens = rng.choice(PROMPT_LENGTHS) if rng.random() < PROMPT_SHARE else 0
    return Shape(window_s, now.utterances if window_s < 10 else 99, prompt_tokens, now.keep_strings)


def learning_rate(progress: float, step: int, peak: float) -> float:
    """60 steps of warm-up, then linear decay to nothing by time."""
    return peak * min(1.0, (step + 1) / 60) * max(0.01, 1 - progress)
