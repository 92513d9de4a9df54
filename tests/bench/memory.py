"""(c) Peak memory of the service and of its decoder for 10 minutes, 1 hour and 10 hours of audio.

Each length runs in a process of its own: the real engine, decoder, voice activity and features, and a model that
answers at once, so that ten hours take two minutes and nothing hides behind the model's own memory; a reader that is
always ahead of a slow model is held back by the backlog, which the option --slow shows. Predicted: flat within 20 %.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from tests.bench import audio, models
from tests.bench.report import arguments, table, verdict
from tests.bench.systems import transcribe
from tests.transcriber.fakes import CountingMetrics, FakeBackend
from transcriber.backend import Decoding, Hypothesis, Mel
from transcriber.engine import Engine, EngineSettings
from transcriber.whisper import WhisperBackend
from transcriber.windows import Samples

LENGTHS_S = {"10 min": 600, "1 h": 3600, "10 h": 36_000}
EVERY_S = 0.05
MIB = 1 << 20


class RealFeatures(FakeBackend):
    """Features of the real size; the window's mark becomes its text at once, or `pause_s` after."""

    def __init__(self, pause_s: float) -> None:
        super().__init__()
        self._whisper = WhisperBackend(str(models.POCKET))
        self._pause_s = pause_s

    def features(self, audio: Samples) -> Mel:
        return self._whisper.features(audio)

    def encode(self, mels: list[Mel]) -> Any:
        return [int(np.abs(mel).sum()) for mel in mels]

    def generate(self, encoded: Any, prompts: list[tuple[int, ...]], how: Decoding) -> list[Hypothesis]:
        time.sleep(self._pause_s)
        found = super().generate(encoded, prompts, how)
        self.calls.clear()
        return found


class Peaks(threading.Thread):
    """Looks at this process and its children until told to stop."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.ours = self.decoder = 0
        self._enough = threading.Event()

    def run(self) -> None:
        process = psutil.Process()
        while not self._enough.wait(EVERY_S):
            self.ours = max(self.ours, process.memory_info().rss)
            for child in process.children():
                self.decoder = max(self.decoder, _memory(child))

    def stop(self) -> None:
        """Look no more."""
        self._enough.set()
        self.join()


def _memory(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0


async def work(path: Path, seconds: float, pause_s: float) -> dict[str, float]:
    """One file through the engine: MiB at the peak, segments, seconds."""
    engine = Engine(RealFeatures(pause_s), EngineSettings(window_s=30.0, batch_size=4), CountingMetrics())
    await engine.start()
    peaks = Peaks()
    peaks.start()
    began = time.perf_counter()
    found = await transcribe(engine, audio.Item(path, seconds))
    took_s = time.perf_counter() - began
    peaks.stop()
    await engine.stop()
    return {
        "ours": peaks.ours / MIB,
        "decoder": peaks.decoder / MIB,
        "segments": len(found.segments),
        "audio_s": found.duration_s,
        "took_s": took_s,
    }


def measured(path: Path, seconds: float, pause_s: float) -> dict[str, float]:
    """The same in a fresh process."""
    command = [sys.executable, "-m", "tests.bench.memory", "--file", str(path), str(seconds), str(pause_s)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measures and prints."""
    parser = arguments(__doc__)
    parser.add_argument("--file", nargs=3, help="measure this file, of so many seconds, in this process (for itself)")
    parser.add_argument("--slow", type=float, default=0.0, help="seconds that the model takes for a batch")
    chosen = parser.parse_args()
    if chosen.file:
        path, seconds, pause_s = chosen.file
        print(json.dumps(asyncio.run(work(Path(path), float(seconds), float(pause_s)))))
        return
    lengths = {"2 min": 120, "10 min": 600} if chosen.quick else LENGTHS_S
    with tempfile.TemporaryDirectory() as folder:
        found = {
            name: measured(audio.long_file(Path(folder), seconds).path, seconds, chosen.slow)
            for name, seconds in lengths.items()
        }
    rows = [[name, r["ours"], r["decoder"], r["segments"], r["audio_s"] / r["took_s"]] for name, r in found.items()]
    table(["audio", "service MiB", "decoder MiB", "segments", "x real time"], rows)
    for part in ("ours", "decoder"):
        sizes = [r[part] for r in found.values()]
        verdict(
            f"peak memory, {'service' if part == 'ours' else part}: largest over smallest", max(sizes) / min(sizes), 1.2
        )


if __name__ == "__main__":
    main()
