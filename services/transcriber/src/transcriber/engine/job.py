"""One file's way through the engine, whoever and however many wait for it."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from transcriber import errors
from transcriber.engine.recognizer import Recognized
from transcriber.engine.run import Run
from transcriber.engine.scheduling.rows import Row
from transcriber.model.backend import Ask
from transcriber.model.quality import Attempt
from transcriber.schemas import Done, EngineEvent, Options, Progress
from transcriber.text.assembly import Assembly
from transcriber.text.segmenter import Heard

MAX_PREVIOUS_CHARACTERS = 2000  # more than the 223 tokens that Whisper reads
MAX_PREVIOUS_TEMPERATURE = 0.5  # text decoded hotter than this is not shown to the next window, as upstream


class Job:
    """Shared by three kinds of threads.

    Rows held back (`admit`, `settled`) are touched under the engine's lock only; the text (`heard`, `cut`) by the
    finisher only; listeners and `ended` under a lock of its own.
    """

    def __init__(self, path: Path, options: Options, audio_s: float, model: str) -> None:
        self.paths = [path]
        self.options = options
        self.bulk = options.priority == "bulk"
        self.audio_s = audio_s
        self.done_s = 0.0
        self.began_at = time.monotonic()
        self.duration_s: float | None = None
        self.language = options.language
        self.sure = 1.0
        self.ended = False
        hotwords, prompt = options.hotwords.strip(), options.prompt.strip()
        self._ask = Ask(options.task, hotwords, prompt, options.token_timestamps, options.times)
        self._held: list[Row] = []
        self._next_in_turn = 0
        self._assembly = Assembly(model, with_words=options.word_timestamps)
        self._lock = threading.Lock()
        self._listeners: list[Run] = []
        self._story: list[EngineEvent] = []

    @property
    def left_s(self) -> float:
        """Seconds of audio still to do."""
        return 0.0 if self.ended else max(0.0, self.audio_s - self.done_s)

    @property
    def request_ids(self) -> list[str]:
        """Who waits for it, for the log."""
        with self._lock:
            return [run.request_id for run in self._listeners]

    # --- rows, under the engine's lock ----------------------------------------------------------------------------

    @property
    def held(self) -> int:
        """Rows that wait for the first window's language, or for the text before theirs."""
        return len(self._held)

    def admit(self, row: Row) -> list[Row]:
        """A row was cut; those that may be decoded now."""
        self._held.append(row)
        return self._released()

    def detected(self, language: str, sure: float) -> list[Row]:
        """A first window told the language; the rows that waited for it."""
        if self.language is None:
            self.language, self.sure = language, sure
        return self._released()

    def settled(self, result: Recognized) -> list[Row]:
        """A window's text is final; the row that waited for it as its previous text."""
        if not self.options.condition_on_previous_text or result.attempt is None:
            return []
        self._next_in_turn = result.row.window.index + 1
        if not result.attempt.silent:
            self._ask = replace(self._ask, previous=self._text_before(result.attempt))
        return self._released()

    def _text_before(self, attempt: Attempt) -> str:
        """What the next window is shown: a text that is not believed would only lead it astray."""
        if attempt.doubt or attempt.temperature > MAX_PREVIOUS_TEMPERATURE:
            return self.options.prompt.strip()
        return f"{self._ask.previous} {attempt.text}".strip()[-MAX_PREVIOUS_CHARACTERS:]

    def _released(self) -> list[Row]:
        free = [row for row in self._held if self._is_free(row)]
        self._held = [row for row in self._held if row not in free]
        for row in free:
            row.ask = self._ask
            row.language = None if self.options.detect_language_per_window else self.language
        return free

    def _is_free(self, row: Row) -> bool:
        if self.options.condition_on_previous_text:
            return row.window.index <= self._next_in_turn
        return row.window.index == 0 or self.language is not None

    # --- text, on the finisher ------------------------------------------------------------------------------------

    def heard(self, heard: Heard) -> None:
        """A window is settled: publish whatever is next in the file's order."""
        self._publish(self._assembly.add(heard, self.language or "en", self.sure, self.duration_s))

    def cut(self, windows: int, duration_s: float, speech: list[tuple[float, float]]) -> None:
        """The file was read to its end and became this many windows."""
        self.audio_s = self.duration_s = duration_s
        self._publish(self._assembly.cut(windows, duration_s, speech, self.language or "en", self.sure))

    # --- listeners, from any thread -------------------------------------------------------------------------------

    def listen(self, request_id: str, eta_s: float, on_leave: Callable[[Run], None]) -> Run:
        """One more listener; it hears the story from its beginning."""
        run = Run(request_id, eta_s, on_leave)
        with self._lock:
            for event in self._story:
                run.put(event)
            self._listeners.append(run)
        return run

    def leave(self, run: Run) -> bool:
        """One listener less; whether nobody is left."""
        with self._lock:
            if run in self._listeners:
                self._listeners.remove(run)
            return not self._listeners

    def fail(self, error: errors.TranscriberError) -> bool:
        """The end, with an error for every listener; False if it had ended before."""
        with self._lock:
            if self.ended:
                return False
            self.ended = True
            self._held.clear()
            for run in self._listeners:
                run.put(error)
            return True

    def _publish(self, events: list[EngineEvent]) -> None:
        with self._lock:
            for event in events:
                if self.ended:
                    return
                self._tell(event)

    def _tell(self, event: EngineEvent) -> None:
        if isinstance(event, Progress):
            self.done_s = event.transcribed_s
        else:
            self._story.append(event)
        self.ended = isinstance(event, Done)
        for run in self._listeners:
            run.put(event)
