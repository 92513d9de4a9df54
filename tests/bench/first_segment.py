"""(d) Seconds from handing over a one-hour file to its first segment, with the pocket model in windows of 10 s.

The engine is warm and idle. The file is MP3; its first segment leaves when the first window is heard, long before the
file has been read. Predicted: under a second; the target is 3 s.
"""

import asyncio
import tempfile
import time
from pathlib import Path

from tests.bench import audio, models
from tests.bench.report import arguments, median, table, verdict
from tests.support.transcriber.fakes import CountingMetrics
from transcriber.engine.engine import Engine, EngineSettings
from transcriber.model.whisper import WhisperBackend
from transcriber.schemas import Options, SegmentEvent

LIMIT_S = 3.0


async def first_segment_s(engine: Engine, path: Path) -> float:
    """One measurement; the rest of the file is given up."""
    began = time.perf_counter()
    run = engine.submit(path, Options(), request_id="first")
    try:
        async for event in run.events():
            if isinstance(event, SegmentEvent):
                return time.perf_counter() - began
    finally:
        run.cancel()
    raise ValueError("no segment was heard")


async def measure(path: Path, rounds: int) -> list[float]:
    """The same, some times."""
    engine = Engine(
        WhisperBackend(str(models.POCKET)),
        EngineSettings(window_s=models.POCKET_WINDOW_S, batch_size=4),
        CountingMetrics(),
    )
    await engine.start()
    try:
        return [await first_segment_s(engine, path) for _ in range(rounds)]
    finally:
        await engine.stop()


def main() -> None:
    """Measures and prints."""
    chosen = arguments(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = audio.long_file(Path(folder), 600 if chosen.quick else 3600)
        found = asyncio.run(measure(file.path, 2 if chosen.quick else 5))
    table(["file", "first segment s", "worst s"], [[f"{file.seconds / 60:.0f} min", median(found), max(found)]])
    verdict("time to the first segment", median(found), LIMIT_S, " s")


if __name__ == "__main__":
    main()
