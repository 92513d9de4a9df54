"""`lectern process`: the pipeline for one video, without queue, database or bucket."""

import asyncio
import shutil
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from consumer.app import make_tools
from consumer.cli.progress_bars import Bars
from consumer.errors import BadMessage, EnvironmentFault
from consumer.export.files import write_assets
from consumer.material import StudyMaterial
from consumer.models import Source
from consumer.pipeline.checkpoint import Checkpoints, FolderCheckpoints
from consumer.pipeline.download import download, local_source
from consumer.pipeline.pipeline import Tools, produce
from consumer.pipeline.stages import StageTimer
from consumer.settings import PipelineSettings
from consumer.youtube.urls import parse_video_url

CHECKPOINTS = ".checkpoints"
"""Where a folder keeps what is paid for: a command that was cut off goes on with it."""


async def process_one(wanted: str, out: Path, settings: PipelineSettings, console: Console) -> dict[str, Any]:
    """Make everything from a file or an address and put it into a folder of `out`; what it is. Raises LecternError."""
    local = Path(wanted)
    is_file = await asyncio.to_thread(local.exists)
    name = local.stem if is_file else _video(wanted)
    target = out / name
    async with AsyncExitStack() as stack:
        tools = await stack.enter_async_context(make_tools(settings))
        await tools.transcribers.check()
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="lectern-")))
        bars = stack.enter_context(Bars(console, ["audio", "transcribe", "study"] if is_file else None))
        turn = stack.enter_context(tools.slots.turn())
        timer = StageTimer(bars.report, _no_row, tools.metrics.stage, turn)
        source = local_source(local) if is_file else await _downloaded(name, folder, tools, timer)
        store = FolderCheckpoints(target)
        checkpoints = Checkpoints(store, CHECKPOINTS)
        made = await produce(source, folder, tools, timer, checkpoints=checkpoints, spend=_no_row, passed=_no_row)
        files = write_assets(made, folder)
        move_into(target, files)
    return tell(made.material, target, console)


def _video(wanted: str) -> str:
    try:
        return parse_video_url(wanted)
    except BadMessage as error:
        words = f"{wanted} is neither a file nor the address of a video: {error}"
        raise BadMessage(words, code=error.code) from error


async def _downloaded(youtube_id: str, folder: Path, tools: Tools, timer: StageTimer) -> Source:
    async with timer.stage("download") as progress:
        return await download(youtube_id, folder, tools.download, progress)


def tell(material: StudyMaterial, target: Path, console: Console) -> dict[str, Any]:
    """Say what lies in the folder now; the same for a program."""
    console.print(f"{len(material.cards)} cards and {len(material.quiz)} quiz items by {material.provider}")
    for warning in material.warnings:
        console.print(f"note: {warning}", style="yellow", markup=False)
    console.print(f"everything is in {target}/ — open {target / 'study.html'}")
    return {
        "folder": str(target),
        "cards": len(material.cards),
        "quiz": len(material.quiz),
        "provider": material.provider,
        "warnings": material.warnings,
        "cost_usd": material.usage.cost_usd,
    }


async def _no_row(*_: object) -> None:
    """There is no row to tell."""


def move_into(target: Path, files: dict[str, Path]) -> None:
    """Move files to the folder, each under its name. Raises EnvironmentFault."""
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, path in files.items():
            shutil.move(path, target / name)
    except OSError as error:
        raise EnvironmentFault(f"{target} cannot be written: {error.strerror}") from error
