"""What is not the model: reading a file, finding speech, features; and what the engine adds to the model's calls."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.bench.audio import Item
from tests.bench.report import Stopwatch
from tests.bench.systems import engine_answers
from tests.support.transcriber.fakes import CountingMetrics
from transcriber.audio.media import Decoders
from transcriber.audio.vad import SpeechDetector, SpeechModel
from transcriber.audio.windows import SAMPLE_RATE, Samples
from transcriber.engine.engine import Engine, EngineSettings
from transcriber.model.whisper import WhisperBackend

WINDOW = 30 * SAMPLE_RATE
TIMES = 20
MODELS_CALLS = ("encode", "generate", "align", "detect_language")


def reading(backend: WhisperBackend, item: Item) -> dict[str, float]:
    """Processor seconds for an hour of sound in this file: decoding, finding speech, features."""
    decoders, detector = Decoders(), SpeechDetector(SpeechModel(), 29.0)
    with Stopwatch() as decode, decoders.open(item.path) as media:
        blocks: list[Samples] = list(media)
    decoders.close()
    with Stopwatch() as detect:
        for block in blocks:
            detector.feed(block)
    sound = np.concatenate(blocks)
    with Stopwatch() as features:
        for start in range(0, len(sound), WINDOW):
            backend.features(sound[start : start + WINDOW])
    spent = {"decode": decode, "find speech": detect, "features": features}
    return {name: each.cpu_s * 3600 / item.seconds for name, each in spent.items()}


def starting(clip: Item) -> dict[str, float]:
    """Processor seconds of a clip through a decoder of its own, and of what a fork spares it."""
    with Decoders() as decoders:
        _decode(decoders, clip)
        with Stopwatch() as decode:
            for _ in range(TIMES):
                _decode(decoders, clip)
    with Stopwatch() as interpreter:
        for _ in range(TIMES):
            subprocess.run([sys.executable, "-I", "-c", "import transcriber.audio.decoder.upload"], check=True)
    spent = {"a clip decoded, its process included": decode, "an interpreter that imports libav": interpreter}
    return {name: each.cpu_s / TIMES for name, each in spent.items()}


def _decode(decoders: Decoders, clip: Item) -> None:
    with decoders.open(clip.path) as media:
        list(media)


@dataclass
class Recorded:
    """A backend whose calls to the model are remembered, to be made again without anything around them."""

    backend: Any
    calls: list[Callable[[], object]] = field(default_factory=list[Callable[[], object]])

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.backend, name)
        if name not in MODELS_CALLS:
            return method

        def called(*values: Any, **named: Any) -> Any:
            self.calls.append(lambda: method(*values, **named))
            return method(*values, **named)

        return called


def engine_and_model(backend: WhisperBackend, item: Item) -> tuple[float, float]:
    """Processor seconds of a file through the engine, reading included, and of its calls to the model alone."""
    recorded, settings = Recorded(backend), EngineSettings(batch_size=4, max_attempts=1)

    async def heard() -> float:
        engine = Engine(recorded, settings, CountingMetrics())  # pyright: ignore[reportArgumentType] - stands for one
        await engine.start()
        recorded.calls.clear()
        with Stopwatch() as spent:
            await engine_answers(engine, [item])
            await engine.stop()
        return spent.cpu_s

    whole_s = asyncio.run(heard())
    with Stopwatch() as alone:
        for call in recorded.calls:
            call()
    return whole_s, alone.cpu_s
