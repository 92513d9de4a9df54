"""What a job writes to and holds on to, without a database or a queue."""

from dataclasses import dataclass, field

from consumer.database.videos import Claim, Completion
from consumer.errors import Dependency, LeaseLost, TransientError
from consumer.models import Job, Stage, Status
from infra.sandbox.standins.youtube import LECTURE_ID

JOB = Job("v1", LECTURE_ID)
CLAIM = Claim("v1", 7, 1)


@dataclass
class FakeVideos:
    """Keeps what is written to the row. Recordings of the kinds `elsewhere` are worked on as v0 by another consumer.

    While it is `away` it takes down no cost; it is there again `back_at` the beginning of a stage.
    """

    stages: list[Stage] = field(default_factory=list[Stage])
    done: list[Completion] = field(default_factory=list[Completion])
    spent: dict[str, float] = field(default_factory=dict[str, float])
    through: list[Dependency] = field(default_factory=list[Dependency])
    away: bool = False
    back_at: Stage | None = None
    earlier_usd: float = 0.0
    elsewhere: tuple[str, ...] = ()

    async def passed(self, dependency: Dependency, video_id: str) -> None:
        self.through.append(dependency)

    async def open_stage(self, claim: Claim, stage: Stage) -> None:
        self.stages.append(stage)
        self.away = self.away and stage != self.back_at

    async def take_content(self, claim: Claim, content: str) -> str | None:
        return "v0" if content.split(maxsplit=1)[0] in self.elsewhere else None

    async def spend(self, video_id: str, answer: str, cost_usd: float) -> None:
        if self.away:
            raise TransientError("the database could not spend")
        self.spent[answer] = cost_usd

    async def spent_today(self) -> float:
        return self.earlier_usd + sum(self.spent.values())

    async def complete(self, claim: Claim, done: Completion) -> None:
        self.done.append(done)


@dataclass
class Holder:
    """A lease that is lost when told."""

    lost: bool = False
    shown: list[tuple[Status, float]] = field(default_factory=list[tuple[Status, float]])

    async def extend(self, seconds: float) -> None:
        if self.lost:
            raise LeaseLost("another consumer works on it")

    async def show(self, status: Status, fraction: float) -> None:
        self.shown.append((status, fraction))
