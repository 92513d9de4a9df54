"""What the demo shows while it runs: a bar for each stage, or plain lines where there is no terminal."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from consumer.models import Stage, Status
from consumer.worker.lease import SHARES

WORDS = {"download": "download", "audio": "make the MP3", "study": "cards and quiz", "publish": "store"}
STEP = 0.25


class StageBars:
    """Use as a context manager; `show` takes the row as it is now."""

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description:<24}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
        )
        self._progress = Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal)
        self._tasks: dict[Stage, TaskID] = {
            stage: self._progress.add_task(WORDS.get(stage, stage), total=1.0, start=False) for stage in SHARES
        }
        self._said = -1.0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._progress.stop()

    def show(self, row: Mapping[str, Any] | None) -> None:
        """Move the bars to where the row is."""
        if row is None:
            return
        done = 1.0 if row["status"] == Status.COMPLETED else float(row["progress"])
        for stage, (status, start, share) in SHARES.items():
            if done > start or (row["status"], done) == (status, start):
                self._progress.start_task(self._tasks[stage])
            fraction = min(1.0, max(0.0, (done - start) / share))
            self._progress.update(self._tasks[stage], completed=fraction)
            if fraction == 1.0:
                self._progress.stop_task(self._tasks[stage])
        if not self._console.is_terminal and (done >= self._said + STEP or done == 1.0 > self._said):
            self._said = done
            self._console.print(f"{row['status']:<13} {done:4.0%}", highlight=False)
