"""One batch through the model: encode, language, generate, judge, times. Runs on a model thread."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, cast

import structlog

from transcriber.engine.scheduling.looks import SecondLook
from transcriber.engine.scheduling.rows import OwnerT, Part, Row
from transcriber.model.backend import Backend, Decoding, Hypothesis, Mel, WindowWord
from transcriber.model.frames import FRAMES, quietest_s
from transcriber.model.quality import TEMPERATURES, Attempt, final_attempt, judge, said_again
from transcriber.schemas import Task
from transcriber.text.second_look import MIN_HALVED_S, in_halves, lost, may_have_lost
from transcriber.text.segmenter import Heard
from transcriber.text.stretches import Stretch, length_s
from transcriber.text.word_times import MIN_ALIGNED_S, placed, proportional, spread, with_sound

log = structlog.get_logger()
PART_ATTEMPTS = 2  # of a stretch that is heard again: what is not speech must not climb the ladder
MAX_DEPTH = 3  # a window, its stretches, theirs: halves of halves of 30 s are short enough for any decoder
ANY_WORD, ANY_WORD_S = (13,), 2.0  # a token that every Whisper has, in a sound of so many seconds
MIN_UNSURE_S = 1.0  # of speech: a cough or a laugh is heard as a word of low confidence


@dataclass(frozen=True)
class Recognized(Generic[OwnerT]):
    """What became of a row: what was heard in its window; None where the window must be decoded again.

    `parts` are stretches of speech in which nothing was heard: rows to be decoded before the window is final.
    """

    row: Row[OwnerT]
    heard: Heard | None
    parts: tuple[Row[OwnerT], ...] = ()


class Recognizer:
    """Decodes batches of rows on one backend; all rows of one call share `Row.key`.

    At temperature 0 it searches `beam_size` hypotheses wide; a window is decoded `max_attempts` times at most.
    """

    def __init__(self, backend: Backend, beam_size: int, max_attempts: int = len(TEMPERATURES)) -> None:
        self._backend = backend
        self._beam_size = beam_size
        self._max_attempts = max_attempts
        self._aligns = True

    def check_times(self, mel: Mel) -> None:
        """Find out whether the device can tell when words are said; where not, times are guessed from now on.

        CTranslate2's `align` alone fails on some GPUs: https://github.com/OpenNMT/CTranslate2/issues/2064. Raises what
        the backend raises where the device is lost.
        """
        try:
            self._backend.align(self._backend.encode([mel]), "en", "transcribe", [ANY_WORD], [ANY_WORD_S])
        except (RuntimeError, ValueError) as error:
            if self._backend.fault(error) == "device_lost":
                raise
            log.error("align.unavailable", error=str(error), consequence="times of words are guessed")
            self._aligns = False

    def recognize(self, rows: Sequence[Row[OwnerT]]) -> list[Recognized[OwnerT]]:
        """One result a row, in the order given. Raises what the backend raises; then no attempt was counted."""
        encoded = self._encoded(rows)
        self._detect_languages(rows, encoded)
        prompts = [self._backend.prompt(_language(row), row.asked) for row in rows]
        how = Decoding(rows[0].temperature, self._beam_size, max_new_tokens=rows[0].max_new_tokens)
        hypotheses = self._backend.generate(encoded, prompts, how)
        attempts = [self._judged(row, hypothesis) for row, hypothesis in zip(rows, hypotheses, strict=True)]
        finals = [self._final(row, attempt) for row, attempt in zip(rows, attempts, strict=True)]
        said = [_said(row, final) for row, final in zip(rows, finals, strict=True)]
        aligned = self._aligned(rows, encoded, said)
        self._keep(rows, encoded, finals)
        for row, attempt, final in zip(rows, attempts, finals, strict=True):
            row.attempts.append(attempt)
            if final is None:
                row.doubt()
        return [
            self._became(row, final, self._words(row, text, found), timed=bool(found))
            for row, final, text, found in zip(rows, finals, said, aligned, strict=True)
        ]

    def _encoded(self, rows: Sequence[Row[Any]]) -> Any:
        if all(row.encoded is not None for row in rows):
            return self._backend.stack([row.encoded for row in rows])
        return self._backend.encode([cast("Mel", row.mel) for row in rows])

    def _detect_languages(self, rows: Sequence[Row[Any]], encoded: Any) -> None:
        """Fill in what is not known yet, from the same encoder output that is decoded next."""
        unknown = [number for number, row in enumerate(rows) if row.language is None]
        if not unknown:
            return
        among = [rows[number].ask.languages for number in unknown]
        detected = self._backend.detect_language(encoded, unknown, among)
        for number, (language, probability) in zip(unknown, detected, strict=True):
            rows[number].language, rows[number].language_probability = language, probability

    def _judged(self, row: Row[Any], hypothesis: Hypothesis) -> Attempt:
        text = self._backend.text(hypothesis.tokens)
        attempt = judge(hypothesis, text, row.temperature, row.window.duration, row.asked.told)
        return said_again(attempt, row.window.duration) if row.part and not _may_be_halved(row) else attempt

    def _final(self, row: Row[Any], attempt: Attempt) -> Attempt | None:
        most = self._max_attempts
        if row.part:  # in halves it is heard otherwise, at another temperature only by chance
            most = 1 if _may_be_halved(row) else min(most, PART_ATTEMPTS)
        return final_attempt([*row.attempts, attempt], most + row.off_ladder)

    def _became(
        self, row: Row[OwnerT], final: Attempt | None, words: tuple[WindowWord, ...], *, timed: bool
    ) -> Recognized[OwnerT]:
        """`timed` says that the words' times come from the aligner, so that a gap between them is one."""
        if final is None:
            return Recognized(row, None)
        language = row.language if row.ask.per_window else None
        heard = Heard(row.window, final, words, language)
        stretches = _unheard(row, final, words, timed=timed)
        parts = in_halves(stretches, row.window, partial(quietest_s, cast("Mel", row.mel)))
        look = row.part.look if row.part else SecondLook()
        return Recognized(row, heard, tuple(self._part(row, look, *stretch) for stretch in parts))

    def _part(self, row: Row[OwnerT], look: SecondLook, start: float, end: float) -> Row[OwnerT]:
        mel = self._backend.part(cast("Mel", row.mel), start, end)
        ask = replace(row.ask, previous="", times=True)
        at = row.part.stretch[0] if row.part else 0.0
        place = Part(look, (at + start, at + end), _depth(row) + 1)
        return Row(row.owner, row.window.part(start, end), mel, ask, language=row.language, part=place)

    def _keep(self, rows: Sequence[Row[Any]], encoded: Any, finals: Sequence[Attempt | None]) -> None:
        """Rows that go again keep the encoder's output, so that only the decoder runs again, unless that is short."""
        if rows[0].frames < FRAMES:
            return
        again = [n for n, row in enumerate(rows) if finals[n] is None and row.encoded is None]
        for number, kept in zip(again, self._backend.keep(encoded, again) if again else (), strict=True):
            rows[number].encoded = kept

    def _words(self, row: Row[Any], said: Attempt | None, found: list[WindowWord]) -> tuple[WindowWord, ...]:
        """The words of a final row, with times in its window; none where nothing was said."""
        if said is None:
            return ()
        if not found:
            return self._guessed(row, said)
        return placed(with_sound(found) if said.failed_guard in ("compression", "loop") else found, row.window)

    def _guessed(self, row: Row[Any], attempt: Attempt) -> tuple[WindowWord, ...]:
        if row.ask.token_times:
            return spread(self._backend.stamped(attempt.hypothesis.tokens), row.window.duration)
        return proportional(attempt.text, 0.0, row.window.duration)

    def _aligned(
        self, rows: Sequence[Row[Any]], encoded: Any, said: Sequence[Attempt | None]
    ) -> list[list[WindowWord]]:
        """Times from the model's attention: one call for each language and task, of the rows whose times are seen."""
        words: list[list[WindowWord]] = [[] for _ in rows]
        if not self._aligns:
            return words
        kinds = [_kind(row, attempt) for row, attempt in zip(rows, said, strict=True)]
        seconds = [row.window.duration for row in rows]
        for kind in sorted({kind for kind in kinds if kind}):
            tokens = [
                attempt.hypothesis.tokens if attempt and mine == kind else ()
                for mine, attempt in zip(kinds, said, strict=True)
            ]
            try:
                found = self._backend.align(encoded, *kind, tokens, seconds)
            except (RuntimeError, ValueError) as error:
                fault = self._backend.fault(error)
                if fault == "device_lost" or (fault == "out_of_memory" and len(rows) > 1):
                    raise  # where memory is too small for one row, the text must not be lost with its times
                log.error("align.failed", rows=len(rows), error=str(error))  # times are guessed, the text is kept
                continue
            words = [mine or new for mine, new in zip(words, found, strict=True)]
        return words


def _depth(row: Row[Any]) -> int:
    return row.part.depth if row.part else 0


def _may_be_halved(row: Row[Any]) -> bool:
    return row.window.duration >= MIN_HALVED_S and _depth(row) < MAX_DEPTH


def _unheard(row: Row[Any], final: Attempt, words: tuple[WindowWord, ...], *, timed: bool) -> list[Stretch]:
    """The speech of a final window that has no words, or none that are believed, in its seconds.

    Nothing where the model hears that nobody speaks, or where it is not known when the words were said.
    """
    if row.ask.task != "transcribe" or _depth(row) == MAX_DEPTH:
        return []
    if final.silent and final.nobody_speaks:
        return []
    if final.silent or final.failed_guard:
        return lost(row.window, ())
    return lost(row.window, words) if timed else []


def _language(row: Row[Any]) -> str:
    """The row's language, which has been detected by now where the request did not name it."""
    if row.language is None:
        raise AssertionError("a row is decoded in a known language")
    return row.language


def _said(row: Row[Any], attempt: Attempt | None) -> Attempt | None:
    """The attempt, where it has words: those never believed of a sound that is too short for a word are none."""
    if attempt is None or attempt.silent:
        return None
    too_short = 0 < length_s(row.window.speech) < MIN_UNSURE_S
    return None if attempt.failed_guard and too_short else attempt


def _kind(row: Row[Any], attempt: Attempt | None) -> tuple[str, Task] | None:
    """What one call to `align` needs equal; None where nobody looks at times and no sentence can be missing."""
    if attempt is None or row.window.duration <= MIN_ALIGNED_S:
        return None
    may_lack = row.ask.task == "transcribe" and may_have_lost(row.window, attempt.text)
    if not row.ask.times and not may_lack:
        return None
    return _language(row), row.ask.task
