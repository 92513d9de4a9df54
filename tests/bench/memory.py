"""(c) Peak memory of the service and of its decoder for 10 minutes, 1 hour and 10 hours of audio.

Each length runs in a process of its own: the real engine, decoder, voice activity and features, and a model that
answers at once, so that ten hours take two minutes and nothing hides behind the model's own memory; a reader that is
always ahead of a slow model is held back by the backlog, which the option --slow shows. One file more is speech and
then nothing but silence. The kernel's own peaks are read (VmHWM), from the moment the engine is ready; medians of
three. Predicted: flat within 20 %.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

from tests.bench import audio
from tests.bench.report import arguments, median, table, verdict
from tests.bench.systems import transcribe
from tests.support.heap import heap
from tests.support.real_features import RealFeatures
from tests.support.transcriber.fakes import CountingMetrics
from tests.support.transcriber.watching import peak_bytes
from transcriber.engine.engine import Engine, EngineSettings

LENGTHS_S = {"10 min": 600, "1 h": 3600, "10 h": 36_000}
EVERY_S = 0.05
MIB = 1 << 20


class Decoders(threading.Thread):
    """Looks at this process's children until told to stop: their peaks end with them."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._enough = threading.Event()

    def run(self) -> None:
        process = psutil.Process()
        while not self._enough.wait(EVERY_S):
            for child in process.children(recursive=True):
                with suppress(OSError):
                    self.peak = max(self.peak, peak_bytes(child.pid))

    def stop(self) -> None:
        """Look no more."""
        self._enough.set()
        self.join()


async def work(path: Path, seconds: float, pause_s: float) -> dict[str, float]:
    """One file through the engine: MiB at the peak, segments, seconds."""
    engine = Engine(RealFeatures(pause_s), EngineSettings(window_s=30.0, batch_size=4), CountingMetrics())
    await engine.start()
    Path("/proc/self/clear_refs").write_text("5")  # what loading the model took is no matter here
    decoders = Decoders()
    decoders.start()
    began, spent_s = time.perf_counter(), time.process_time()
    found = await transcribe(engine, audio.Item(path, seconds))
    took_s = time.perf_counter() - began
    spent_s = time.process_time() - spent_s
    decoders.stop()
    await engine.stop()
    return {
        "ours": peak_bytes() / MIB,
        "decoder": decoders.peak / MIB,
        "cpu_s": spent_s,
        "segments": len(found.segments),
        "audio_s": found.duration_s,
        "took_s": took_s,
    }


def measured(item: audio.Item, pause_s: float, rounds: int) -> dict[str, float]:
    """The same in fresh processes; the medians."""
    command = [sys.executable, "-m", "tests.bench.memory", "--file", str(item.path), str(item.seconds), str(pause_s)]
    as_in_the_image = {**os.environ, **heap()}
    found: list[dict[str, float]] = []
    for _ in range(rounds):
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=as_in_the_image)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    result = {name: median(each[name] for each in found) for name in found[0]}
    print(f"  {item.path.name}: {result['ours']:.0f} MiB, decoder {result['decoder']:.0f} MiB", flush=True)
    return result


def main() -> None:
    """Measures and prints."""
    parser = arguments(__doc__)
    parser.add_argument("--file", nargs=3, help="measure this file, of so many seconds, in this process (for itself)")
    parser.add_argument("--slow", type=float, default=0.0, help="seconds that the model takes for a batch")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    if chosen.file:
        path, seconds, pause_s = chosen.file
        print(json.dumps(asyncio.run(work(Path(path), float(seconds), float(pause_s)))))
        return
    lengths = {"2 min": 120, "10 min": 600} if chosen.quick else LENGTHS_S
    with tempfile.TemporaryDirectory() as folder:
        items = {name: audio.long_file(Path(folder), seconds) for name, seconds in lengths.items()}
        items["speech, then silence"] = audio.speech_then_silence(Path(folder), 8, max(lengths.values()) / 10)
        found = {
            name: measured(item, chosen.slow, 1 if chosen.quick else chosen.rounds) for name, item in items.items()
        }
    rows = [
        [name, r["ours"], r["decoder"], r["segments"], r["audio_s"] / r["took_s"], r["cpu_s"]]
        for name, r in found.items()
    ]
    table(["audio", "service MiB", "decoder MiB", "segments", "x real time", "cpu s"], rows)
    for part, name in (("ours", "service"), ("decoder", "decoder")):
        sizes = [found[length][part] for length in lengths]
        verdict(f"peak memory, {name}: largest over smallest", max(sizes) / min(sizes), 1.2)


if __name__ == "__main__":
    main()
