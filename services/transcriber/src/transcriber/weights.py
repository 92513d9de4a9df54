"""The model's files: a folder that is there, or a download that happens once, resumes, and tells how far it is."""

import errno
import os
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import structlog
from faster_whisper.utils import available_models, download_model

from transcriber.errors import ConfigError

log = structlog.get_logger()
TRIES, PAUSE_S, REPORT_S = 3, 2.0, 10.0
NEEDED = ("model.bin", "config.json")


def find_weights(model: str) -> Path:
    """The folder with the model that a name, a hub id or a path means; downloads it where it is not here yet.

    Raises ConfigError, in words for an operator.
    """
    if model.startswith((".", "/", "~")) or Path(model).is_dir():
        return _checked(Path(model).expanduser())
    if "/" not in model and model not in available_models():
        known = ", ".join(available_models())
        raise ConfigError(f"WHISPER_MODEL={model!r} is no model: use a folder's path, a hub id, or one of {known}")
    try:
        return Path(_snapshot(model, local_files_only=True))
    except OSError:
        return _downloaded(model)


def cache() -> Path:
    """Where downloads are kept: what HF_HOME says, as everywhere in that ecosystem."""
    return Path(os.environ.get("HF_HOME", "~/.cache/huggingface")).expanduser() / "hub"


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
            with _progress(model):
                return Path(_snapshot(model))
        except (OSError, ValueError) as error:
            if not (left and _may_pass(error)):
                raise ConfigError(f"WHISPER_MODEL={model!r} could not be downloaded: {_in_words(error)}") from error
            log.warning("model.download.interrupted", model=model, error=str(error), tries_left=left)
            time.sleep(PAUSE_S)
    raise AssertionError("the last try returns or raises")


def _snapshot(model: str, *, local_files_only: bool = False) -> str:
    untyped = cast("Any", download_model)
    return str(untyped(model, cache_dir=str(cache()), local_files_only=local_files_only))


def _may_pass(error: Exception) -> bool:
    return isinstance(error, OSError) and not _is_disk(error) and "404" not in str(error) and "401" not in str(error)


def _is_disk(error: OSError) -> bool:
    return error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES}


def _in_words(error: Exception) -> str:
    if isinstance(error, OSError) and _is_disk(error):
        return f"{cache()} cannot be written: {error.strerror} (large-v3 needs 3.1 GB there)"
    if "404" in str(error) or "401" in str(error):
        return "the model hub has none of that name, or wants a token (HF_TOKEN)"
    if isinstance(error, OSError):
        return "the model hub cannot be reached: connect this machine, or name the path of a converted model"
    return " ".join(str(error).split())


@contextmanager
def _progress(model: str) -> Generator[None]:
    """Say every few seconds how much has come."""
    before, done = _size(), threading.Event()

    def report() -> None:
        while not done.wait(REPORT_S):
            log.info("model.downloading", model=model, megabytes=(_size() - before) // 1_000_000)

    log.info("model.download.begin", model=model, into=str(cache()))
    reporter = threading.Thread(target=report, daemon=True)
    reporter.start()
    try:
        yield
        log.info("model.download.end", model=model, megabytes=(_size() - before) // 1_000_000)
    finally:
        done.set()
        reporter.join()


def _size() -> int:
    return sum(file.lstat().st_size for file in cache().rglob("*") if file.is_file() and not file.is_symlink())
