"""One file's way through the engine, whoever and however many wait for it."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Self

from transcriber import errors
from transcriber.engine.run import Run
from transcriber.engine.scheduling.rows import Row
from transcriber.model.backend import Ask
from transcriber.schemas import MAX_PROMPT, Done, EngineEvent, Options, Progress
from transcriber.text.assembly import Assembly
from transcriber.text.damage import WHOLE, Damage
from transcriber.text.segmenter import Heard

MAX_PREVIOUS_TEMPERATURE = 0.5  # text decoded at a higher one is not shown to the next window, as upstream


class Job:
    """Shared by three kinds of threads.

    Rows held back (`admit`, `detected`, `became_final`) and `bulk` change under the backlog's lock only; the text
    (`heard`, `cut`) by the finisher only; listeners and `ended` under a lock of its own.

    `paths` are the uploads of the same content, `audio_s` the seconds of audio expected, `done_s` those whose text has
    been sent, `duration_s` those that the container claims, and the true ones from the file's end on; `began_at` is by
    the monotonic clock. `language` is None until it is known; `language_probability` is 1 where the request named it.
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
        self.language_probability = 1.0 if options.language else 0.0
        self.ended = False
        hotwords, prompt = options.hotwords.strip(), options.prompt.strip()
        told = (hotwords, prompt, options.token_timestamps, options.times)
        self._ask = Ask(options.task, *told, options.detect_language_per_window, options.languages)
        self._held: list[Row[Self]] = []
        self._next_in_turn = 0
        self._assembly = Assembly(model, with_words=options.word_timestamps)
        self._lock = threading.Lock()
        self._listeners: list[Run] = []
        self._event_log: list[EngineEvent] = []

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

    def admit(self, row: Row[Self]) -> list[Row[Self]]:
        """A row was cut; those that may be decoded now."""
        self._held.append(row)
        return self._released()

    def detected(self, language: str, probability: float) -> list[Row[Self]]:
        """A first window told the language; the rows that waited for it."""
        if self.language is None:
            self.language, self.language_probability = language, probability
        return self._released()

    def became_final(self, heard: Heard) -> list[Row[Self]]:
        """A window's text is final; the row that waited for it as its previous text."""
        if not self.options.condition_on_previous_text:
            return []
        self._next_in_turn = heard.window.index + 1
        if heard.words and not heard.attempt.silent:
            self._ask = replace(self._ask, previous=self._text_before(heard))
        return self._released()

    def _text_before(self, heard: Heard) -> str:
        """What the next window is shown: a text that is not believed would only lead it astray."""
        if heard.attempt.failed_guard or heard.attempt.temperature > MAX_PREVIOUS_TEMPERATURE:
            return self.options.prompt.strip()
        return f"{self._ask.previous} {heard.text}".strip()[-MAX_PROMPT:]

    def _released(self) -> list[Row[Self]]:
        free = [row for row in self._held if self._is_free(row)]
        self._held = [row for row in self._held if row not in free]
        for row in free:
            row.ask = self._ask
            row.language = None if self.options.detect_language_per_window else self.language
        return free

    def _is_free(self, row: Row[Self]) -> bool:
        if self.options.condition_on_previous_text:
            return row.window.index <= self._next_in_turn
        return row.window.index == 0 or self.language is not None

    # --- text, on the finisher ------------------------------------------------------------------------------------

    def heard(self, heard: Heard) -> None:
        """A window is final: publish whatever is next in the file's order."""
        self._publish(self._assembly.add(heard, self.language, self.language_probability, self.duration_s))

    def cut(self, windows: int, duration_s: float, speech: list[tuple[float, float]], damage: Damage = WHOLE) -> None:
        """The file was read to its end and became this many windows."""
        self.audio_s = self.duration_s = duration_s
        language = self.language, self.language_probability
        self._publish(self._assembly.cut(windows, duration_s, speech, *language, damage=damage))

    # --- listeners, from any thread -------------------------------------------------------------------------------

    def listen(self, request_id: str, eta_s: float, on_leave: Callable[[Run], None], bulk: bool = False) -> Run:
        """One more listener; it hears the event log from its beginning."""
        run = Run(request_id, eta_s, on_leave, bulk=bulk)
        with self._lock:
            for event in self._event_log:
                run.put(event)
            self._listeners.append(run)
        self.weigh()
        return run

    def weigh(self) -> None:
        """The file is bulk while all its listeners are."""
        with self._lock:
            self.bulk = all(run.bulk for run in self._listeners)

    def leave(self, run: Run) -> bool:
        """One listener less; whether nobody is left."""
        with self._lock:
            if run in self._listeners:
                self._listeners.remove(run)
            nobody = not self._listeners
        self.weigh()
        return nobody

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
            self._event_log.append(event)
        self.ended = isinstance(event, Done)
        for run in self._listeners:
            run.put(event)
