"""An engine with a fake model, and short ways to ask it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.fakes import CountingMetrics, FakeBackend
from transcriber.engine.engine import Engine, EngineSettings
from transcriber.engine.run import Run
from transcriber.schemas import Done, EngineEvent, Options, Transcript

SETTINGS = EngineSettings(window_s=10.0, batch_size=4)


@asynccontextmanager
async def running(
    backend: FakeBackend, settings: EngineSettings = SETTINGS, metrics: CountingMetrics | None = None
) -> AsyncGenerator[Engine]:
    engine = Engine(backend, settings, metrics or CountingMetrics())
    await engine.start()
    for asked in (backend.calls, backend.encoded, backend.frames, backend.detected):
        asked.clear()
    backend.featured = backend.ready = 0
    try:
        yield engine
    finally:
        backend.unblocked.set()
        await engine.stop()


def submit(engine: Engine, path: Path, sha: str | None = None, **options: object) -> Run:
    return engine.submit(path, Options.model_validate(options), request_id=path.stem, content_sha256=sha)


async def events(run: Run) -> list[EngineEvent]:
    return [event async for event in run.events()]


async def transcript(run: Run) -> Transcript:
    last = (await events(run))[-1]
    assert isinstance(last, Done)
    return last.transcript


def marks(found: Transcript) -> list[str]:
    return [segment.text.removeprefix("Window ").removesuffix(".") for segment in found.segments]


async def held(engine: Engine, backend: FakeBackend, path: Path) -> Run:
    """A run that sits in the model until `backend.unblocked` is set."""
    backend.unblocked.clear()
    run = submit(engine, path, language="en")
    await wait_until(backend.busy.is_set)
    return run
