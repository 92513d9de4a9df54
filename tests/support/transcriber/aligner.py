"""A model that remembers whose times were asked for."""

from typing import Any

from tests.support.transcriber.fakes import FakeBackend, heard
from transcriber.model.backend import Hypothesis, WindowWord
from transcriber.schemas import Task

TEXT = "The sun is a star."
Aligned = tuple[str, Task, list[tuple[int, ...]]]


class Aligner(FakeBackend):
    """Remembers what was to be aligned; fails with `trouble_aligning` if there is one. All rows hear `said`."""

    def __init__(self, said: Hypothesis | None = None) -> None:
        super().__init__()
        self.aligned: list[Aligned] = []
        self.trouble_aligning: Exception | None = None
        self.hear = lambda _mark, _temperature: said or heard(TEXT)

    def align(
        self, encoded: Any, language: str, task: Task, tokens: list[tuple[int, ...]], seconds: list[float]
    ) -> list[list[WindowWord]]:
        self.aligned.append((language, task, tokens))
        if self.trouble_aligning:
            raise self.trouble_aligning
        return super().align(encoded, language, task, tokens, seconds)
