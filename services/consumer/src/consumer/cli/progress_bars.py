"""One progress bar a stage; plain lines where there is no terminal."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from consumer.models import Stage

STAGES: tuple[Stage, ...] = ("download", "audio", "transcribe", "study")
STEP = 0.25  # how often a plain line says how far a stage is


class Bars:
    """Use as a context manager; `report` is called with a stage and its fraction."""

    def __init__(self, console: Console, stages: Sequence[Stage] | None = None) -> None:
        self._console = console
        columns = (TextColumn("{task.description:<10}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
        self._progress = Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal)
        self._tasks: dict[Stage, TaskID] = {
            stage: self._progress.add_task(stage, total=1.0, start=False) for stage in stages or STAGES
        }
        self._said: dict[Stage, float] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._progress.stop()

    def report(self, stage: Stage, fraction: float) -> None:
        """A stage has come this far."""
        if stage not in self._tasks:
            return
        if fraction == 0.0:
            self._progress.start_task(self._tasks[stage])
        self._progress.update(self._tasks[stage], completed=fraction)
        if not self._console.is_terminal:
            self._say(stage, fraction)

    def _say(self, stage: Stage, fraction: float) -> None:
        last = self._said.get(stage, -1.0)
        if fraction > last and (fraction in (0.0, 1.0) or fraction - last >= STEP):
            self._said[stage] = fraction
            self._console.print(f"{stage:<10} {fraction:4.0%}", highlight=False)
