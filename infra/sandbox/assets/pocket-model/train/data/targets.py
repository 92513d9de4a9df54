"""What the decoder reads and should answer for a window, in Whisper's prompt layout, and when each token is spoken."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np

from .bank import Bank
from .schedule import Shape
from .tokens import Tokens
from .windows import FRAMES_PER_S, Placed, Window

IGNORED = -100  # a position without a label
LONGEST = 440  # Whisper's decoder has 448 positions

Span = tuple[float, float]  # seconds in the window


@dataclass(frozen=True)
class Step:
    """A token of the sequence, the label that should predict it (IGNORED for none), and when it is spoken."""

    token: int
    label: int
    span: Span | None = None


def write_steps(window: Window, bank: Bank, tokens: Tokens, shape: Shape, rng: Random) -> list[Step]:
    """The whole sequence, `<|endoftext|>` included. Too long ones lose their previous text."""
    timed = rng.random() < 0.6
    core = [*_head(window, tokens, rng, timed=timed), *_body(window, tokens, timed=timed)]
    core.append(Step(tokens.end, tokens.end))
    prompt = _previous_text(bank, tokens, window, shape, rng) if shape.prompt_tokens else []
    return prompt + core if len(prompt) + len(core) <= LONGEST else core[:LONGEST]


def _head(window: Window, tokens: Tokens, rng: Random, *, timed: bool) -> Iterator[Step]:
    """Whisper reads at `<|startoftranscript|>` which language it is, and whether anything is said."""
    language = tokens.languages[window.language]
    task = "<|translate|>" if window.language == "en" and rng.random() < 0.1 else "<|transcribe|>"
    yield Step(tokens.start, IGNORED)
    yield Step(language, language if window.placed else tokens.no_speech)
    yield Step(tokens.id(task), IGNORED)
    if not timed:
        yield Step(tokens.no_timestamps, IGNORED)


def _body(window: Window, tokens: Tokens, *, timed: bool) -> Iterator[Step]:
    if timed and not window.placed:
        yield Step(tokens.first_timestamp, tokens.first_timestamp)
    length_s = len(window.phonemes) / FRAMES_PER_S
    for number, one in enumerate(window.placed):
        if timed:
            yield _time(one.at_s, window, tokens)
            if one.cut and number > 0:  # Whisper's way to say: begin the next window here
                return
        yield from spoken(one, tokens, length_s - 0.02)
        if timed:
            yield _time(min(one.end_s, length_s), window, tokens)


def _time(at_s: float, window: Window, tokens: Tokens) -> Step:
    token = tokens.timestamp(at_s + window.offset / FRAMES_PER_S)
    return Step(token, token, (at_s - 0.06, at_s + 0.06))


def spoken(one: Placed, tokens: Tokens, until_s: float) -> Iterator[Step]:
    """The tokens of the words that end before `until_s`; a word's time is shared among its tokens by characters."""
    shift = one.at_s - one.skipped_s
    words = one.utterance.line.text.split(" ")
    for index in range(one.from_word, len(words)):
        start, end = one.utterance.starts[index] + shift, one.utterance.ends[index] + shift
        if end > until_s:
            return
        pieces = tokens.word(words[index])
        edges = np.cumsum([0, *(length for _, length in pieces)])
        times = start + (end - start) * edges / edges[-1]
        for number, (token, _) in enumerate(pieces):
            yield Step(token, token, (float(times[number]), float(times[number + 1])))


def _previous_text(bank: Bank, tokens: Tokens, window: Window, shape: Shape, rng: Random) -> list[Step]:
    """Text that came before: other sentences of the same voice, with or without times."""
    timed = rng.random() < 0.7
    text: list[int] = []
    while len(text) < shape.prompt_tokens:
        utterance = bank.utterances[bank.draw(window.group, rng, shape.keep_strings)][1]
        begin_s = rng.uniform(0, 27)
        words = [step.token for step in spoken(Placed(0, utterance, begin_s, 0, cut=False), tokens, math.inf)]
        end = tokens.timestamp(begin_s + utterance.duration_s)
        text += [tokens.timestamp(begin_s), *words, end] if timed else words
    return [Step(token, IGNORED) for token in (tokens.previous, *text[-shape.prompt_tokens :])]
