"""Who is compared, and how each is started: a process of its own that answers POST /transcribe with lines of JSON."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from infra.sandbox.paths import ROOT
from infra.sandbox.processes import LOOPBACK, answers, free_port, spawn
from infra.sandbox.weights import install, locked, packaged_weights
from tests.bench.report import MODELS
from tests.bench.rivals.ggml import write_ggml

LOCK = ROOT / "requirements-bench.lock"
LIBRARIES = Path("out/bench/libraries")
RIVAL_LIBRARY = locked("pywhispercpp", LOCK)
EVERY_S = 0.05


@dataclass(frozen=True)
class Contender:
    """`command` has `{port}` where the port belongs; `fields` go with each upload."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    fields: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass
class Running:
    """A contender that is ready; `ready_s` after its start. Memory is of the process and its children together."""

    url: str
    process: psutil.Process
    ready_s: float
    peak_bytes: int = 0

    def cpu_s(self) -> float:
        """Processor seconds so far, of children that ended or live too."""
        return sum(sum(times[:4]) for times in (self.process.cpu_times(),)) + sum(
            child.cpu_times().user + child.cpu_times().system for child in self.process.children(recursive=True)
        )

    async def watch(self) -> None:
        """Keep the peak of its memory, until cancelled."""
        while True:
            family = [self.process, *self.process.children(recursive=True)]
            self.peak_bytes = max(self.peak_bytes, sum(map(_resident, family)))
            await asyncio.sleep(EVERY_S)


def contenders(model: str) -> list[Contender]:
    """Lectern first. `model` is base or tiny.en; whisper.cpp is left out where its library cannot be had.

    Raises WeightsMissing.
    """
    weights = packaged_weights(model)
    settings = {"WHISPER_MODEL": str(weights), "WHISPER_COMPUTE_TYPE": "int8", "HOST": LOOPBACK, "PORT": "{port}"}
    ours = Contender("Lectern", ["transcriber"], settings, {"language": "en", "format": "ndjson"})
    return [ours, _wrapped("sequential", weights), _wrapped("batched", weights), _whisper_cpp(model, weights)]


def _wrapped(kind: str, weights: Path, environment: Mapping[str, str] | None = None) -> Contender:
    command = [sys.executable, "-m", "tests.bench.rivals.wrapper", kind, str(weights), "{port}"]
    return Contender(kind, command, {"PYTHONPATH": str(ROOT), "OMP_WAIT_POLICY": "PASSIVE", **(environment or {})})


def _whisper_cpp(model: str, weights: Path) -> Contender:
    """Its library is for this one process: it is fetched by hash into a folder of its own."""
    site = LIBRARIES.absolute() / "pywhispercpp"
    if not site.is_dir():
        install(["pywhispercpp"], site, LOCK)
    MODELS.mkdir(parents=True, exist_ok=True)
    path = MODELS / f"ggml-{model}-q8_0.bin"
    if not path.exists():
        write_ggml(weights, path.with_suffix(".part")).rename(path)
    return _wrapped("whisper.cpp", path.absolute(), {"PYTHONPATH": f"{ROOT}{os.pathsep}{site}"})


@asynccontextmanager
async def started(contender: Contender) -> AsyncGenerator[Running]:
    """The contender, ready and watched; stopped at the end. Raises PartFailed."""
    port = free_port()
    environment = {name: value.format(port=port) for name, value in contender.environment.items()}
    command = [word.format(port=port) for word in contender.command]
    url, began = f"http://{LOOPBACK}:{port}", time.perf_counter()
    with TemporaryDirectory() as folder:
        part = await spawn(contender.name, command, environment, Path(folder) / "log")
        try:
            await part.until(lambda: answers(f"{url}/health/ready"))
            running = Running(url, psutil.Process(part.process.pid), time.perf_counter() - began)
            watching = asyncio.create_task(running.watch())
            yield running
            watching.cancel()
        finally:
            await part.stop()


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
