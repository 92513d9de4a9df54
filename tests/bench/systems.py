"""The same files through Lectern's engine and through the ways people serve faster-whisper, in one process.

Everybody has the same model, two threads in all, a beam of five, English, voice activity detection, and no second
attempt at a low-confidence window. All give the same: text, without time tokens and without times; or, where
`word_times` is set, words with times. All translate: models here have random weights, whose few words would be heard
again, as speech without words is, where a transcript is asked for; and that costs as much.
"""

import asyncio
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from faster_whisper import BatchedInferencePipeline, WhisperModel

from tests.bench.audio import Item
from tests.support.transcriber.fakes import CountingMetrics
from transcriber.engine.engine import Engine, EngineSettings
from transcriber.model.whisper import WhisperBackend
from transcriber.schemas import Done, Options, Transcript

THREADS = 2
ENGLISH = Options(language="en")
TASK = "translate"
CLIENTS = 16  # threads of the threaded server


@dataclass(frozen=True)
class Answer:
    """One upload's text and how long its client waited, in seconds from the moment all arrived."""

    text: str
    latency_s: float


Serve = Callable[[Sequence[Item]], list[Answer]]
"""Takes uploads that arrive together; returns their answers in the same order."""


@dataclass(frozen=True)
class Device:
    """Where models run, and the sizes of ours and of faster-whisper's batches."""

    name: str = "cpu"
    compute_type: str = "int8"
    batch_size: int = 4
    their_batch_size: int = 8
    workers: int = 1
    readers: int = 2
    word_times: bool = False


Make = Callable[[Path, Device], AbstractContextManager[Serve]]


@contextmanager
def one_at_a_time(model: Path, device: Device) -> Generator[Serve]:
    """`WhisperModel.transcribe`, one request after the other."""
    whisper = _whisper(model, device)
    yield lambda items: _in_turn(items, lambda item: _sequential(whisper, item, device))


@contextmanager
def batched(model: Path, device: Device) -> Generator[Serve]:
    """`BatchedInferencePipeline.transcribe`, one request after the other."""
    pipeline = cast("Any", BatchedInferencePipeline(_whisper(model, device)))

    def hear(item: Item) -> str:
        segments, _ = pipeline.transcribe(
            str(item.path), batch_size=device.their_batch_size, **_options(), word_timestamps=device.word_times
        )
        return " ".join(segment.text.strip() for segment in segments)

    yield lambda items: _in_turn(items, hear)


@contextmanager
def threads(model: Path, device: Device) -> Generator[Serve]:
    """`WhisperModel.transcribe` in a thread for each request, with two workers in CTranslate2."""
    whisper = _whisper(model, device, cpu_threads=1, workers=THREADS)

    def serve(items: Sequence[Item]) -> list[Answer]:
        began = time.perf_counter()

        def hear(item: Item) -> Answer:
            text = _sequential(whisper, item, device)
            return Answer(text, time.perf_counter() - began)

        with ThreadPoolExecutor(CLIENTS) as pool:
            return list(pool.map(hear, items))

    yield serve


@contextmanager
def lectern(model: Path, device: Device) -> Generator[Serve]:
    """Lectern's engine as its HTTP service uses it: started once, warm, on a loop of its own."""
    workers = device.workers if device.name == "cuda" else THREADS
    backend = WhisperBackend(str(model), device.name, device.compute_type, threads=1, workers=workers)
    settings = EngineSettings(
        batch_size=device.batch_size, workers=workers, intake_threads=device.readers, max_attempts=1
    )
    with asyncio.Runner() as runner:
        engine = Engine(backend, settings, CountingMetrics())
        runner.run(engine.start())
        try:
            options = ENGLISH.model_copy(
                update={"task": TASK, "times": device.word_times, "word_timestamps": device.word_times}
            )
            yield lambda items: runner.run(engine_answers(engine, items, options))
        finally:
            runner.run(engine.stop())


async def engine_answers(engine: Engine, items: Sequence[Item], options: Options = ENGLISH) -> list[Answer]:
    """All items at once through a started engine."""
    began = time.perf_counter()

    async def hear(item: Item) -> Answer:
        found = await transcribe(engine, item, options)
        return Answer(found.text, time.perf_counter() - began)

    return await asyncio.gather(*map(hear, items))


async def transcribe(engine: Engine, item: Item, options: Options = ENGLISH) -> Transcript:
    """One upload's transcript."""
    run = engine.submit(item.path, options, request_id=item.path.stem, audio_s_hint=item.seconds)
    last = [event async for event in run.events()][-1]
    return cast("Done", last).transcript


def _whisper(model: Path, device: Device, *, cpu_threads: int = THREADS, workers: int = 1) -> WhisperModel:
    return WhisperModel(
        str(model),
        device=device.name,
        compute_type=device.compute_type,
        cpu_threads=cpu_threads,
        num_workers=workers,
    )


def _in_turn(items: Sequence[Item], hear: Callable[[Item], str]) -> list[Answer]:
    began = time.perf_counter()
    return [Answer(hear(item), time.perf_counter() - began) for item in items]


def _sequential(whisper: WhisperModel, item: Item, device: Device) -> str:
    segments, _ = cast("Any", whisper).transcribe(
        str(item.path),
        **_options(),
        vad_filter=True,
        temperature=0.0,
        condition_on_previous_text=False,
        word_timestamps=device.word_times,
    )
    return " ".join(segment.text.strip() for segment in segments)


def _options() -> dict[str, Any]:
    return {"language": "en", "task": TASK, "beam_size": 5, "without_timestamps": True}
