"""The HTTP service as people run it: its start, with the driver's cache of kernels and without, and its words."""

import asyncio
import os
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from infra.sandbox.paths import ASSETS
from infra.sandbox.processes import LOOPBACK, PartFailed, answers, free_port, spawn
from tests.bench.gpu.costs import Figures
from tests.bench.models import POCKET
from tests.support.words import word_error_rate

ASKS: dict[str, dict[str, str]] = {
    "sentences": {},
    "language auto": {"language": ""},
    "word times": {"word_timestamps": "true"},
    "the model's own times": {"token_timestamps": "true"},
    "translate": {"task": "translate"},
}
COMPILES_S = 300.0  # what the driver may take to compile kernels for a GPU that the wheel has none for
LIBRARIES = "LD_LIBRARY_PATH"  # where cuBLAS is


def starts(device: str) -> Figures:
    """Seconds to ready, of two starts with one cache of compiled kernels: empty at the first."""
    return asyncio.run(_starts(device))


def hearing(device: str, model: str, folder: Path, types: tuple[str, ...]) -> Figures:
    """Word error rates of the recordings in `folder`, each with its words in a .txt beside it, by compute type."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix != ".txt" and path.with_suffix(".txt").exists()]
    return [row for compute in types for row in asyncio.run(_heard(device, model, compute, files))]


async def _starts(device: str) -> Figures:
    found: Figures = []
    # In half precision its sharp attention rounds to nothing at some frames, and words stand seconds off. Real models'
    # is a hundred times above that (README.md).
    compute = {"WHISPER_COMPUTE_TYPE": "float32"} if device == "cuda" else {}
    settings = {"WHISPER_MODEL": str(POCKET), "WHISPER_WINDOW_SECONDS": "10", "WHISPER_DEVICE": device, **compute}
    with TemporaryDirectory() as cache:
        for kernels in ("compiled anew", "in the driver's cache"):
            async with _Service({**settings, "CUDA_CACHE_PATH": cache}) as (url, ready_s):
                row = {"kernels": kernels, "ready s": ready_s}
                for ask, fields in ASKS.items():
                    answer, wall_s = await _transcribed(url, ASSETS / "sample.mp3", fields)
                    row[ask] = f"{_wrong(answer, ASSETS / 'sample.txt'):.1%} {wall_s:.2f} s"
                found.append(row)
    return found


async def _heard(device: str, model: str, compute: str, files: list[Path]) -> Figures:
    settings = {"WHISPER_MODEL": model, "WHISPER_DEVICE": device, "WHISPER_COMPUTE_TYPE": compute}
    found: Figures = []
    async with _Service(settings) as (url, _):
        for path in files:
            answer, wall_s = await _transcribed(url, path, {"word_timestamps": "true"})
            row = {"file": path.stem, "device": f"{device} {compute}", "wrong words": _wrong(answer, path)}
            found.append({**row, "wall s": wall_s, "x real time": answer["duration_s"] / wall_s})
    return found


class _Service:
    """`async with` gives the address and the seconds to ready. Raises PartFailed with the log's end."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._port = free_port()
        own = {"HOST": LOOPBACK, "PORT": str(self._port)}
        self._environment = {LIBRARIES: os.environ.get(LIBRARIES, ""), **own, **settings}
        self._folder = TemporaryDirectory()

    async def __aenter__(self) -> tuple[str, float]:
        url, began = f"http://{LOOPBACK}:{self._port}", time.perf_counter()
        self._part = await spawn("transcriber", ["transcriber"], self._environment, Path(self._folder.name) / "log")
        try:
            await self._part.until(lambda: answers(f"{url}/health/ready"), COMPILES_S)
        except PartFailed:
            await self.__aexit__()
            raise
        return url, time.perf_counter() - began

    async def __aexit__(self, *_: object) -> None:
        await self._part.stop()
        self._folder.cleanup()


async def _transcribed(url: str, path: Path, fields: Mapping[str, str]) -> tuple[dict[str, Any], float]:
    """The answer, and the seconds until it was here."""
    data = {name: value for name, value in {"language": "en", **fields}.items() if value}
    began = time.perf_counter()
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=300) as client:
        answer = await client.post("/transcribe", files={"file": (path.name, path.read_bytes())}, data=data)
    return answer.raise_for_status().json(), time.perf_counter() - began


def _wrong(answer: dict[str, Any], path: Path) -> float:
    return word_error_rate(path.with_suffix(".txt").read_text("utf-8"), answer["text"])
