"""One batch through the model: encode, language, generate, judge, times. Runs on a model thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, cast

import structlog

from transcriber.engine.scheduling.rows import OwnerT, Row
from transcriber.model.backend import Backend, Decoding, Hypothesis, Mel, WindowWord
from transcriber.model.quality import TEMPERATURES, Attempt, final_attempt, judge
from transcriber.schemas import Task
from transcriber.text.segmenter import Heard
from transcriber.text.word_times import MIN_ALIGNED_S, proportional, spread

log = structlog.get_logger()


@dataclass(frozen=True)
class Recognized(Generic[OwnerT]):
    """What became of a row: what was heard in its window; None where the window must be decoded again."""

    row: Row[OwnerT]
    heard: Heard | None


class Recognizer:
    """Decodes batches of rows on one backend; all rows of one call share `Row.key`.

    At temperature 0 it searches `beam_size` hypotheses wide; a window is decoded `max_attempts` times at most.
    """

    def __init__(self, backend: Backend, beam_size: int, max_attempts: int = len(TEMPERATURES)) -> None:
        self._backend = backend
        self._beam_size = beam_size
        self._max_attempts = max_attempts

    def recognize(self, rows: Sequence[Row[OwnerT]]) -> list[Recognized[OwnerT]]:
        """One result a row, in the order given. Raises what the backend raises; then no attempt was counted."""
        encoded = self._encoded(rows)
        self._detect_languages(rows, encoded)
        prompts = [self._backend.prompt(_language(row), row.ask) for row in rows]
        how = Decoding(rows[0].temperature, self._beam_size, max_new_tokens=rows[0].max_new_tokens)
        hypotheses = self._backend.generate(encoded, prompts, how)
        attempts = [self._judged(row, hypothesis) for row, hypothesis in zip(rows, hypotheses, strict=True)]
        finals = [
            final_attempt([*row.attempts, attempt], self._max_attempts)
            for row, attempt in zip(rows, attempts, strict=True)
        ]
        words = self._words(rows, encoded, finals)
        self._keep(rows, encoded, finals)
        for row, attempt in zip(rows, attempts, strict=True):
            row.attempts.append(attempt)
        return [
            Recognized(row, final and Heard(row.window, final, said))
            for row, final, said in zip(rows, finals, words, strict=True)
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
        for number, (language, probability) in zip(
            unknown, self._backend.detect_language(encoded, unknown), strict=True
        ):
            rows[number].language, rows[number].language_probability = language, probability

    def _judged(self, row: Row[Any], hypothesis: Hypothesis) -> Attempt:
        text = self._backend.text(hypothesis.tokens)
        return judge(hypothesis, text, row.temperature, row.window.duration, row.ask.told)

    def _keep(self, rows: Sequence[Row[Any]], encoded: Any, finals: Sequence[Attempt | None]) -> None:
        """Rows that go again keep the encoder's output, so that only the decoder runs again."""
        numbers = [n for n, row in enumerate(rows) if finals[n] is None and row.encoded is None]
        for number, kept in zip(numbers, self._backend.keep(encoded, numbers) if numbers else (), strict=True):
            rows[number].encoded, rows[number].mel = kept, None

    def _words(
        self, rows: Sequence[Row[Any]], encoded: Any, finals: Sequence[Attempt | None]
    ) -> list[tuple[WindowWord, ...]]:
        """The words of each row that is final, with times in its window; none where nothing was said."""
        said = [None if attempt is None or attempt.silent else attempt for attempt in finals]
        aligned = self._aligned(rows, encoded, said)
        words: list[tuple[WindowWord, ...]] = []
        for row, attempt, found in zip(rows, said, aligned, strict=True):
            if attempt is None:
                words.append(())
            elif row.ask.token_times:
                words.append(spread(self._backend.stamped(attempt.hypothesis.tokens), row.window.duration))
            else:
                words.append(tuple(found) or proportional(attempt.text, 0.0, row.window.duration))
        return words

    def _aligned(
        self, rows: Sequence[Row[Any]], encoded: Any, said: Sequence[Attempt | None]
    ) -> list[list[WindowWord]]:
        """Times from the model's attention: one call for each language and task, of the rows whose times are seen."""
        words: list[list[WindowWord]] = [[] for _ in rows]
        kinds = [_kind(row) if attempt else None for row, attempt in zip(rows, said, strict=True)]
        seconds = [row.window.duration for row in rows]
        for kind in sorted({kind for kind in kinds if kind}):
            tokens = [
                attempt.hypothesis.tokens if attempt and mine == kind else ()
                for mine, attempt in zip(kinds, said, strict=True)
            ]
            try:
                found = self._backend.align(encoded, *kind, tokens, seconds)
            except (RuntimeError, ValueError) as error:
                if self._backend.fault(error) != "other":
                    raise
                log.error("align.failed", rows=len(rows), error=str(error))  # times are guessed, the text is kept
                continue
            words = [mine or new for mine, new in zip(words, found, strict=True)]
        return words


def _language(row: Row[Any]) -> str:
    """The row's language, which has been detected by now where the request did not name it."""
    if row.language is None:
        raise AssertionError("a row is decoded in a known language")
    return row.language


def _kind(row: Row[Any]) -> tuple[str, Task] | None:
    """What one call to `align` needs equal; None where nobody looks at times, or the model has said them itself."""
    if not row.ask.times or row.ask.token_times or row.window.duration <= MIN_ALIGNED_S:
        return None
    return _language(row), row.ask.task
