"""The model hub: the download of a model's largest file, which goes on where a killed one was.

huggingface_hub begins a file anew after a kill, since what is not whole has a random name there, and large-v3 is 3 GB.
So that file is fetched here, into the place of the cache where that library looks before it downloads anything.
"""

import errno
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

import httpx2
from huggingface_hub import file_download as untyped_client
from huggingface_hub import hf_hub_url

client = cast("Any", untyped_client)
LARGEST = "model.bin"
SHA256_DIGITS = 64
PART = ".part"
ABANDONED_S, STALLED_S = 3600.0, 60.0


class Damaged(OSError):
    """What arrived is not what the hub has."""


@dataclass(frozen=True)
class Blob:
    """One file of the hub and its place in the cache; `etag` is its SHA-256 where the hub keeps it as a large file."""

    url: str
    etag: str
    size_bytes: int
    blobs: Path

    @classmethod
    def find(cls, repo: str, cache: Path) -> Self:
        """Ask the hub for the largest file of a model. Raises OSError."""
        url = hf_hub_url(repo, LARGEST)
        with _door():
            about = client.get_hf_file_metadata(url)
        if about.etag is None or about.size is None:
            raise OSError(f"the hub does not say what {url} is")
        return cls(url, str(about.etag), int(about.size), blobs_of(repo, cache))

    @property
    def arrived_bytes(self) -> int:
        """How much of it is here."""
        return next((path.stat().st_size for path in (self._whole, self._part) if path.exists()), 0)

    def fetch(self) -> None:
        """Fetch what is missing; one process at a time. Raises OSError, after which what has arrived stays."""
        self.blobs.mkdir(parents=True, exist_ok=True)
        with self._part.open("ab") as part:
            fcntl.flock(part, fcntl.LOCK_EX)
            if self._whole.exists():  # another process was quicker
                self._part.unlink(missing_ok=True)
                return
            there, headers = min(self._part.stat().st_size, self.size_bytes), client.build_hf_headers()
            part.truncate(there)
            if shutil.disk_usage(self.blobs).free < self.size_bytes - there:  # rather than fill what others need
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            with _door():
                client.http_get(self.url, part, resume_size=there, headers=headers, expected_size=self.size_bytes)
            part.flush()
            self._check()
            self._part.rename(self._whole)

    def _check(self) -> None:
        """A part that outlived a power cut may hold anything."""
        if len(self.etag) != SHA256_DIGITS:
            return
        with self._part.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == self.etag:
                return
        self._part.unlink()
        raise Damaged(f"{LARGEST} arrived damaged and is fetched anew")

    @property
    def _whole(self) -> Path:
        return self.blobs / self.etag

    @property
    def _part(self) -> Path:
        return self.blobs / f"{self.etag}{PART}"


@contextmanager
def _door() -> Generator[None]:
    """The client's errors become OSError, as most of them are."""
    try:
        yield
    except httpx2.HTTPError as error:
        if isinstance(error, OSError):
            raise
        raise OSError(str(error)) from error


def cache() -> Path:
    """Where downloads are kept: what HF_HOME says, as everywhere in that ecosystem."""
    return Path(os.environ.get("HF_HOME", "~/.cache/huggingface")).expanduser() / "hub"


def is_arriving() -> bool:
    """Whether a model is on its way into the cache: what has not grown for a while was given up."""
    parts = cache().glob(f"*/blobs/*{PART}")
    with suppress(FileNotFoundError):  # it has just become whole
        return any(time.time() - path.stat().st_mtime < STALLED_S for path in parts)
    return False


def blobs_of(repo: str, cache: Path) -> Path:
    """Where the library keeps a model's files."""
    return cache / client.repo_folder_name(repo_id=repo, repo_type="model") / "blobs"


def clear_abandoned(blobs: Path) -> None:
    """Delete what the library's own downloads left when they were killed: it finds nothing of it again."""
    for path in blobs.glob("*.incomplete"):
        if time.time() - path.stat().st_mtime > ABANDONED_S:
            path.unlink(missing_ok=True)
