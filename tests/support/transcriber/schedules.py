"""A schedule of batches with a clock that tests turn by hand."""

from dataclasses import dataclass, field

from tests.support.transcriber.fakes import heard
from transcriber.audio.windows import Window
from transcriber.engine.scheduling.rows import Row
from transcriber.engine.scheduling.scheduler import Schedule
from transcriber.model.quality import Attempt


@dataclass(eq=False)
class Request:
    name: str = ""
    bulk: bool = False
    audio_s: float = 600.0


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Harness:
    """A schedule of batches of 8 (or `size`) rows, and its clock."""

    size: int = 8
    models: int = 1
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.schedule = Schedule[Request](self.size, self.clock, self.models)

    def add(
        self, owner: Request, count: int = 1, seconds: float = 30.0, first: int = 0, **more: object
    ) -> list[Row[Request]]:
        rows = [
            Row(owner, Window(first + n, seconds, ()), None, **more)  # pyright: ignore[reportArgumentType] - any field of Row
            for n in range(count)
        ]
        for row in rows:
            self.schedule.add(row)
        return rows

    def send_back(self, *rows: Row[Request]) -> None:
        for row in rows:
            row.attempts.append(Attempt(heard("?"), "?", row.temperature, "logprob"))
            self.schedule.add(row)


def names(batch: list[Row[Request]]) -> list[str]:
    return [row.owner.name for row in batch]
