"""Is a window's text to be believed? The guards of upstream's sequential path, applied to each row of a batch.

Thresholds are OpenAI's, with guards of our own where theirs are blind (loops that zlib does not notice, speech faster
than people, the prompt recited): https://github.com/openai/whisper/blob/main/whisper/transcribe.py
"""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from transcriber.model.backend import Hypothesis

TEMPERATURES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
MAX_COMPRESSION = 2.4
MIN_LOGPROB = -1.0
MAX_NO_SPEECH = 0.6  # probability of no speech above which a low-confidence window is silence
WORST_LOGPROB = -100.0  # stands for NaN and infinity, which no comparison and no JSON can carry
MAX_WORDS_A_SECOND = 8.0  # the fastest speakers say six
MAX_CHARACTERS_A_SECOND = 45.0  # the same for scripts without spaces
MAX_LOOP_UNIT = 12  # tokens of the longest phrase looked for
MIN_LOOP_MATCHES = 10  # tokens that repeat what stood one phrase before; "no, no, no, no" is speech
MIN_ECHO_WORDS = 4
MAX_REPEATED_WORDS_A_SECOND = 2.5  # a loop of the decoder runs on to the cap on tokens
MIN_REPEATED_LOGPROB = -0.5

Guard = Literal["compression", "loop", "pace", "echo", "logprob"]


@dataclass(frozen=True)
class Attempt:
    """One decoding of one window: what was heard, as text, at which temperature, and the guard that it failed."""

    hypothesis: Hypothesis
    text: str
    temperature: float
    failed_guard: Guard | None

    @property
    def compression_ratio(self) -> float:
        """How well zlib packs the text: repetition packs well."""
        return compression_ratio(self.text)

    @property
    def nobody_speaks(self) -> bool:
        """The model is sure of that, whatever its text."""
        return self.hypothesis.no_speech_prob > MAX_NO_SPEECH

    @property
    def silent(self) -> bool:
        """Nothing was said, or the model itself thinks so while it is unsure of its text."""
        return not self.text or (self.nobody_speaks and self.hypothesis.avg_logprob < MIN_LOGPROB)


def judge(hypothesis: Hypothesis, text: str, temperature: float, duration_s: float, told: str = "") -> Attempt:
    """Weigh one hypothesis for a window of `duration_s`, whose prompt `told` the model some text."""
    sane = replace(
        hypothesis,
        avg_logprob=_finite(hypothesis.avg_logprob, WORST_LOGPROB),
        no_speech_prob=_finite(hypothesis.no_speech_prob, 0.0),
    )
    return Attempt(sane, text, temperature, _failed_guard(sane, text, max(1.0, duration_s), told))


def final_attempt(attempts: Sequence[Attempt], most: int = len(TEMPERATURES)) -> Attempt | None:
    """The attempt to keep, or None where the window must be decoded again; after `most` attempts one is kept.

    Upstream's choice: the last one if it is believed or silent; when the ladder is at its end, the likeliest of those
    that are only unlikely. A loop, a recital or a babble is not what was said, however likely it sounds.
    """
    last = attempts[-1]
    if last.failed_guard is None or last.silent:
        return last
    if len(attempts) < most:
        return None
    calm = [attempt for attempt in attempts if attempt.failed_guard in (None, "logprob")]
    return max(calm or attempts, key=lambda attempt: attempt.hypothesis.avg_logprob)


def said_again(attempt: Attempt, duration_s: float) -> Attempt:
    """The attempt, believed where a phrase is repeated at the pace of a person and the model is sure of it.

    For short stretches full of speech only: over pauses and music a model makes up slow loops as well.
    """
    pace = len(attempt.text.split()) / max(1.0, duration_s)
    at_ease = pace <= MAX_REPEATED_WORDS_A_SECOND and attempt.hypothesis.avg_logprob >= MIN_REPEATED_LOGPROB
    repeats = attempt.failed_guard in ("compression", "loop")
    return replace(attempt, failed_guard=None) if repeats and at_ease else attempt


def compression_ratio(text: str) -> float:
    """Bytes of the text over bytes of its zlib form; 0 for no text."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0


def _failed_guard(hypothesis: Hypothesis, text: str, duration_s: float, told: str) -> Guard | None:
    if not text:
        return None
    if compression_ratio(text) > MAX_COMPRESSION:
        return "compression"
    if _loops(hypothesis.tokens):
        return "loop"
    if len(text.split()) > MAX_WORDS_A_SECOND * duration_s or len(text) > MAX_CHARACTERS_A_SECOND * duration_s:
        return "pace"
    if _echoes(text, told):
        return "echo"
    return "logprob" if hypothesis.avg_logprob < MIN_LOGPROB else None


def _finite(value: float, otherwise: float) -> float:
    return value if math.isfinite(value) else otherwise


def _loops(tokens: Sequence[int]) -> bool:
    """A phrase said again and again, too short for the compression ratio to notice."""
    return any(_repeats(tokens, unit) >= max(MIN_LOOP_MATCHES, 3 * unit) for unit in range(1, MAX_LOOP_UNIT + 1))


def _repeats(tokens: Sequence[int], unit: int) -> int:
    """The longest run of tokens that equal those `unit` places before."""
    longest = run = 0
    for now, before in zip(tokens[unit:], tokens, strict=False):
        run = run + 1 if now == before else 0
        longest = max(longest, run)
    return longest


def _echoes(text: str, told: str) -> bool:
    """The model recites what it was told came before, instead of listening."""
    said = _plain(text)
    return len(said.split()) >= MIN_ECHO_WORDS and f" {said} " in f" {_plain(told)} "


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
