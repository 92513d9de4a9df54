"""What a consumer costs while nobody needs it, and what it asks of queue, bucket and database for a video.

`python -m tests.bench.fleet.calls`. The whole embedded system; the stand-in for AWS writes down every request, Postgres
every statement. Idle for two minutes with its settings as they come; then one video. Predicted: idle, three calls to
the queue a minute and 0.3 % of a core; for a video 5 calls to the queue, 40 to the bucket, 60 statements.
"""

import asyncio
import re
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from infra.sandbox.standins.youtube import LECTURE_URL
from infra.sandbox.system import EmbeddedSystem
from infra.sandbox.waiting import wait_until
from tests.bench.fleet.health_checks import spent_by
from tests.bench.report import arguments, table, verdict, write_json

KEPT = Path("out/bench/calls.json")
CALLS_A_MINUTE, PERCENT_OF_A_CORE = 3.0, 0.5
SETTLED_S = 25.0  # the first polls and checks are over
LONGEST_S = 120.0
REQUEST = re.compile(r'"(GET|HEAD|PUT|POST|DELETE) (/\S*) HTTP/1\.1" \d')
STATEMENT = re.compile(r"LOG:  (?:statement|execute [^:]+): \w")


@dataclass(frozen=True)
class Asked:
    """In so many seconds: calls to the queue, requests to the bucket by method, statements, processor seconds."""

    seconds: float
    cpu_s: float
    queue: int
    bucket: dict[str, int]
    statements: int


@dataclass
class Recorder:
    """Counts what a running system's consumer asks between `begin` and `end`, when nobody else asks anything."""

    system: EmbeddedSystem
    _sizes: dict[Path, int] = field(default_factory=dict[Path, int])

    async def prepare(self) -> None:
        """From here on Postgres writes down each statement."""
        await self.system.query("ALTER SYSTEM SET log_statement = 'all'")
        await self.system.query("SELECT pg_reload_conf()")

    def begin(self) -> None:
        """From here."""
        self._sizes = {path: path.stat().st_size for path in (self._aws, self._database)}
        self._began, self._cpu_s = time.perf_counter(), self._spent_s()

    def end(self) -> Asked:
        """To here."""
        requests = REQUEST.findall(self._new(self._aws))
        bucket = Counter(method for method, path in requests if path != "/")
        statements = STATEMENT.findall(self._new(self._database))
        seconds, cpu_s = time.perf_counter() - self._began, self._spent_s() - self._cpu_s
        return Asked(seconds, cpu_s, len(requests) - bucket.total(), dict(bucket), len(statements))

    @property
    def _aws(self) -> Path:
        return self.system.folder / "moto.log"

    @property
    def _database(self) -> Path:
        return self.system.folder / "pgdata" / "log"

    def _new(self, path: Path) -> str:
        with path.open("rb") as log:
            log.seek(self._sizes[path])
            return log.read().decode(errors="replace")

    def _spent_s(self) -> float:
        return spent_by([psutil.Process(self.system.parts["consumer"].process.pid)])


async def measured(idle_s: float) -> tuple[Asked, Asked]:
    """An idle stretch, and a video."""
    async with EmbeddedSystem(consumer_settings={"POLL_SECONDS": "20"}) as system:
        recorder = Recorder(system)
        await recorder.prepare()
        await asyncio.sleep(SETTLED_S)
        recorder.begin()
        await asyncio.sleep(idle_s)
        idle = recorder.end()
        recorder.begin()
        await system.send({"video_id": "a-lecture", "youtube_url": LECTURE_URL})
        log = system.folder / "consumer.log"
        await wait_until(lambda: "message.ended" in log.read_text(), LONGEST_S, "the video has ended")
        return idle, recorder.end()


def main() -> None:
    """Measures, prints and keeps."""
    chosen = arguments(__doc__).parse_args()
    idle, video = asyncio.run(measured(20 if chosen.quick else 120))
    rows = [[f"bucket: {method}", count] for method, count in sorted(video.bucket.items())]
    rows += [["queue", video.queue], ["statements", video.statements], ["processor s", video.cpu_s]]
    table(["for a video", "times"], rows)
    verdict("calls to the queue in an idle minute", idle.queue * 60 / idle.seconds, CALLS_A_MINUTE)
    verdict("an idle consumer", 100 * idle.cpu_s / idle.seconds, PERCENT_OF_A_CORE, " % of a core")
    a_minute = {"statements": idle.statements, "requests to the bucket": sum(idle.bucket.values())}
    print(", ".join(f"{60 * count / idle.seconds:.1f} {what}" for what, count in a_minute.items()), "in an idle minute")
    write_json(KEPT, {"idle": asdict(idle), "video": asdict(video)})


if __name__ == "__main__":
    main()
