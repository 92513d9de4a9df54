"""`lectern study`: study material anew from a transcript, without media, transcriber, queue or bucket."""

import json
import shutil
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import ValidationError
from rich.console import Console

from consumer.cli.process import CHECKPOINTS, move_into, tell
from consumer.cli.progress_bars import Bars
from consumer.errors import ConfigError, EnvironmentFault
from consumer.export.decks.earlier import Ledger, from_assets, keep_ids
from consumer.export.files import JobResult, read_about, write_assets
from consumer.material import StudyMaterial
from consumer.models import Audio, Source, Transcript
from consumer.pipeline.checkpoint import Checkpoints, FolderCheckpoints
from consumer.pipeline.paid_once import Answer, paid_once
from consumer.pipeline.write_study import write_study
from consumer.settings import PipelineSettings
from consumer.study import make_plan, make_provider

AUDIO, CARDS, QUIZ, OUTLINE = "audio.mp3", "flashcards.json", "quiz.json", "outline.json"


async def study_anew(
    file: Path,
    out: Path,
    settings: PipelineSettings,
    console: Console,
    *,
    previous: Path | None = None,
    title: str | None = None,
) -> dict[str, Any]:
    """Write everything but the audio into `out`, and that too where it lies beside the transcript; what it is.

    Notes that say the same as those of `previous`, or of what is in `out`, keep their ids. Raises ConfigError for a
    file that is no transcript and a folder without notes, LecternError where writing fails: then the files in `out` are
    as they were.
    """
    transcript, source = _transcript(file), _source(file, title)
    earlier = _earlier(previous or out, is_wanted=previous is not None)
    with Bars(console, ["study"]) as bars:
        bars.report("study", 0.0)
        written = await _written(transcript, source, settings, out, bars)
        bars.report("study", 1.0)
    material, ledger = keep_ids(written, earlier, time.time())
    audio = file.parent / AUDIO
    with TemporaryDirectory(prefix="lectern-") as name:
        folder = Path(name)
        made = JobResult(
            source,
            Audio(audio, transcript.duration_s),
            transcript,
            material,
            {},
            changed_at=ledger.changed_at(),
            deck_sounds=settings.deck_sounds and audio.is_file(),
        )
        files = write_assets(made, folder)
        (out / "manifest.json").unlink(missing_ok=True)  # of other files than these
        move_into(out, {name: path for name, path in files.items() if name != AUDIO})
    if audio.is_file():
        _copy(audio, out)
    return tell(material, out, console)


async def _written(
    transcript: Transcript, source: Source, settings: PipelineSettings, out: Path, bars: Bars
) -> StudyMaterial:
    provider = make_provider(settings)
    try:
        kept = paid_once(provider, Checkpoints(FolderCheckpoints(out), CHECKPOINTS), _counted)
        return await write_study(transcript, source, kept, partial(bars.report, "study"), make_plan(settings))
    finally:
        await provider.close()


def _copy(audio: Path, out: Path) -> None:
    try:
        shutil.copyfile(audio, out / AUDIO)
    except shutil.SameFileError:
        pass  # the transcript is written anew in its own folder
    except OSError as error:
        raise EnvironmentFault(f"{out} cannot be written: {error.strerror}") from error


async def _counted(_: Answer) -> None:
    """There is no row to tell: the material says what it has cost."""


def _transcript(file: Path) -> Transcript:
    try:
        return Transcript.model_validate_json(file.read_bytes())
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        words = f"{file} is no transcript as Lectern writes it: {where + ': ' if where else ''}{first['msg']}"
        raise ConfigError(f"{words}. Take transcript.json of a run, or what POST /transcribe answered") from error


def _source(file: Path, title: str | None) -> Source:
    """Which lecture it is, as the outline beside the transcript says, else by the file's name, or its folder's."""
    try:
        found = read_about(file, json.loads((file.parent / OUTLINE).read_bytes()))
    except FileNotFoundError:
        found = Source(file, file.absolute().parent.name if file.name == "transcript.json" else file.stem)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EnvironmentFault(f"{file.parent / OUTLINE} cannot be read: {error}") from error
    return replace(found, title=title or found.title)


def _earlier(folder: Path, *, is_wanted: bool) -> Ledger:
    if not is_wanted and not (folder / CARDS).is_file():
        return Ledger()
    try:
        return from_assets(*(json.loads((folder / name).read_bytes()) for name in (CARDS, QUIZ)))
    except FileNotFoundError as error:
        raise ConfigError(f"{folder} has no {CARDS} and {QUIZ}, whose ids could be kept") from error
    except (OSError, ValueError) as error:
        raise ConfigError(f"the notes in {folder} cannot be read, so their ids cannot be kept: {error}") from error
