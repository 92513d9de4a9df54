"""The model's files: a folder that is there, or a download that happens once, resumes, and tells how far it is."""

import errno
import os
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import faster_whisper.utils
import structlog
from faster_whisper.utils import available_models, download_model

from transcriber.errors import ConfigError
from transcriber.model.backend import Origin
from transcriber.model.hub import Blob, Damaged, blobs_of, cache, clear_abandoned

log = structlog.get_logger()
DISK = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM),
    *(errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG),
}
"""What keeps a folder from being written: the network has no part in it."""
TRIES, PAUSE_S, REPORT_S = 3, 2.0, 10.0
NEEDED = ("model.bin", "config.json")


@dataclass(frozen=True)
class Weights:
    """A model's files: in a folder that somebody put there, in the image, or in the cache of downloads."""

    folder: Path
    origin: Origin


def find_weights(model: str) -> Weights:
    """What a name, a hub id or a path means; downloads it where it is not here yet.

    Raises ConfigError, in words for an operator.
    """
    if model.startswith((".", "/", "~")) or Path(model).is_dir():
        return Weights(_checked(Path(model).expanduser()), "mounted")
    if "/" not in model and model not in available_models():
        known = ", ".join(available_models())
        raise ConfigError(f"WHISPER_MODEL={model!r} is no model: use a folder's path, a hub id, or one of {known}")
    for place, origin in _places().items():
        with suppress(OSError):
            return Weights(Path(_snapshot(model, place, local_files_only=True)), origin)
    return Weights(_downloaded(model), "downloaded")


def _places() -> dict[Path, Origin]:
    """BAKED_HOME is the image's own: another place than HF_HOME, since a volume there would hide it."""
    baked = os.environ.get("BAKED_HOME")
    return {**({Path(baked) / "hub": "baked"} if baked else {}), cache(): "downloaded"}


def _checked(folder: Path) -> Path:
    if not folder.is_dir():
        raise ConfigError(f"WHISPER_MODEL={str(folder)!r}: there is no such folder (in a container: is it mounted?)")
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise ConfigError(
            f"WHISPER_MODEL={str(folder)!r} is no converted model: {' and '.join(missing)} not found there; "
            "ct2-transformers-converter makes one"
        )
    return folder


def _downloaded(model: str) -> Path:
    for left in reversed(range(TRIES)):
        try:
            return _fetched(model)
        except (OSError, ValueError) as error:
            if not (left and _may_pass(error)):
                raise ConfigError(f"WHISPER_MODEL={model!r} could not be downloaded: {_in_words(error)}") from error
            log.warning("model.download.interrupted", model=model, error=str(error), tries_left=left)
            time.sleep(PAUSE_S)
    raise AssertionError("the last try returns or raises")


def _fetched(model: str) -> Path:
    """The large file first, so that what the library then finds incomplete is small."""
    repo = model if "/" in model else str(vars(faster_whisper.utils)["_MODELS"][model])
    clear_abandoned(blobs_of(repo, cache()))
    blob = Blob.find(repo, cache())
    with _progress(model, blob):
        blob.fetch()
        return Path(_snapshot(model, cache()))


def _snapshot(model: str, place: Path, *, local_files_only: bool = False) -> str:
    untyped = cast("Any", download_model)
    return str(untyped(model, cache_dir=str(place), local_files_only=local_files_only))


def _may_pass(error: Exception) -> bool:
    return isinstance(error, OSError) and not _is_disk(error) and "404" not in str(error) and "401" not in str(error)


def _is_disk(error: OSError) -> bool:
    return error.errno in DISK


def _in_words(error: Exception) -> str:
    if isinstance(error, OSError) and _is_disk(error):
        return f"{cache()} cannot be written: {error.strerror} (large-v3 needs 3.1 GB there)"
    if isinstance(error, Damaged):
        return f"{error}, but it did so again: try another network"
    if "404" in str(error) or "401" in str(error):
        return "the model hub has none of that name, or wants a token (HF_TOKEN)"
    if isinstance(error, OSError):
        return "the model hub cannot be reached: connect this machine, or name the path of a converted model"
    return " ".join(str(error).split())


@contextmanager
def _progress(model: str, blob: Blob) -> Generator[None]:
    """Say every few seconds how much has come."""
    done, whole = threading.Event(), blob.size_bytes // 1_000_000

    def report() -> None:
        while not done.wait(REPORT_S):
            log.info("model.downloading", model=model, megabytes=blob.arrived_bytes // 1_000_000, of=whole)

    there = blob.arrived_bytes // 1_000_000
    log.info("model.download.begin", model=model, into=str(cache()), megabytes_there=there, of=whole)
    reporter = threading.Thread(target=report, daemon=True)
    reporter.start()
    try:
        yield
        log.info("model.download.end", model=model, megabytes=whole)
    finally:
        done.set()
        reporter.join()
