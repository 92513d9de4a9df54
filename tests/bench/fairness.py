"""How long a 10 s clip waits behind three queued 10-minute files, in batches, beyond an idle server's answer.

The pocket model in windows of 10 s and batches of four; the clip arrives while the long files' rows fill the queue.
Predicted: it misses the batch under way and is in the next one, so about one and a half batch times; at most 2.5.
"""

import asyncio
import tempfile
import time
from pathlib import Path

from infra.sandbox.waiting import wait_until
from tests.bench import audio, models
from tests.bench.report import arguments, median, table, verdict
from tests.bench.systems import transcribe
from tests.support.transcriber.clips import lecture_audio, piece, write_wav
from tests.support.transcriber.fakes import CountingMetrics
from transcriber.engine.engine import Engine, EngineSettings
from transcriber.engine.run import Run
from transcriber.model.whisper import WhisperBackend
from transcriber.schemas import Options

BATCH = 4
LIMIT = 2.5
SETTLED = 3  # full batches after which the clip arrives


class Times(CountingMetrics):
    """Also remembers how long full batches took."""

    def __init__(self) -> None:
        super().__init__()
        self.full: list[float] = []

    def batch(self, rows: int, size: int, busy_s: float, audio_s: float) -> None:
        super().batch(rows, size, busy_s, audio_s)
        if rows == size:
            self.full.append(busy_s)


async def answered_s(engine: Engine, clip: audio.Item) -> float:
    """Seconds until the clip's transcript."""
    began = time.perf_counter()
    await transcribe(engine, clip)
    return time.perf_counter() - began


async def behind_s(engine: Engine, metrics: Times, files: list[audio.Item], clip: audio.Item) -> float:
    """The same while long files are under way, which are given up afterwards."""
    before = len(metrics.full)
    runs: list[Run] = [engine.submit(file.path, Options(language="en"), request_id=file.path.stem) for file in files]
    try:
        await wait_until(lambda: len(metrics.full) >= before + SETTLED, 60, "the long files are under way")
        return await answered_s(engine, clip)
    finally:
        for run in runs:
            run.cancel()
        await wait_until(lambda: engine.queued_audio_s == 0, 60, "the engine is idle")


async def measure(folder: Path, rounds: int) -> tuple[list[float], list[float], float]:
    """Idle and loaded answers in turn, and the median of a full batch, in seconds."""
    metrics = Times()
    settings = EngineSettings(window_s=models.POCKET_WINDOW_S, batch_size=BATCH)
    engine = Engine(WhisperBackend(str(models.POCKET)), settings, metrics)
    files = [audio.long_file(folder, 600, shift) for shift in range(3)]
    clip = audio.Item(write_wav(folder / "clip.wav", piece(lecture_audio(), 30, 39.5)), 9.5)
    await engine.start()
    try:
        idle: list[float] = []
        loaded: list[float] = []
        for _ in range(rounds):
            idle.append(await answered_s(engine, clip))
            loaded.append(await behind_s(engine, metrics, files, clip))
    finally:
        await engine.stop()
    return idle, loaded, median(metrics.full)


def main() -> None:
    """Measures and prints."""
    chosen = arguments(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        idle, loaded, batch_s = asyncio.run(measure(Path(folder), 2 if chosen.quick else 9))
    late = (median(loaded) - median(idle)) / batch_s
    table(["", "median s", "worst s"], [["idle", median(idle), max(idle)], ["behind", median(loaded), max(loaded)]])
    print(f"a full batch takes {batch_s:.3g} s")
    verdict("batch times later than when idle", late, LIMIT)


if __name__ == "__main__":
    main()
