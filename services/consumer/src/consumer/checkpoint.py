"""What one attempt leaves for the next on this machine: transcript and study material are paid for once.

A checkpoint lies in the video's working folder, which outlives a kill, a drain and a failure that comes back. It is
used again only where it was made from the same input.
"""

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import structlog
from pydantic import BaseModel, ValidationError

log = structlog.get_logger()
T = TypeVar("T", bound=BaseModel)


class Checkpoints:
    """The checkpoints in `folder`; `reused` names those that saved work."""

    def __init__(self, folder: Path) -> None:
        self.reused: list[str] = []
        self._folder = folder

    async def once(self, name: str, kind: type[T], made_from: str, make: Callable[[], Awaitable[T]]) -> T:
        """The value that an earlier attempt made from the same input, else a new one, which is kept.

        Raises what `make` raises, and OSError where the folder cannot be written.
        """
        path = self._folder / f"{name}-{made_from[:16]}.checkpoint.json"
        if path.exists():
            try:
                found = kind.model_validate_json(path.read_bytes())
            except ValidationError:
                log.warning("checkpoint.unreadable", file=path.name)
            else:
                log.info("checkpoint.reused", file=path.name)
                self.reused.append(name)
                return found
        made = await make()
        _write(path, made.model_dump_json())
        return made


def digest(*parts: str | Path) -> str:
    """SHA-256 of texts, and of the contents of files."""
    whole = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            content = part.encode()
        else:
            with part.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").digest()
        whole.update(len(content).to_bytes(8, "big") + content)
    return whole.hexdigest()


def _write(path: Path, text: str) -> None:
    """All of it or nothing: a kill in between leaves no half."""
    partial = path.with_suffix(".part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
