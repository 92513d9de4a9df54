"""What one attempt leaves for the next, wherever that runs: transcript and study material are paid for once.

A checkpoint lies under a name made of what it was made from, whichever video that was; another input, model or prompt
has another name. It outlives kills, drains, failures and machines.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar
from weakref import WeakValueDictionary

import structlog
from pydantic import TypeAdapter, ValidationError

from consumer.database.videos import Claim
from consumer.errors import Dependency, EnvironmentFault, NotYet, TransientError

log = structlog.get_logger()
T = TypeVar("T")
LOOK_AGAIN = timedelta(minutes=2)  # at a recording on which another consumer works


class CheckpointStore(Protocol):
    """Where checkpoints lie: bytes under keys such as `videos/.checkpoints/transcript-….json`.

    Methods raise TransientError or EnvironmentFault.
    """

    async def find(self, key: str) -> bytes | None:
        """What was kept under the key; None where nothing was."""
        ...

    async def keep(self, key: str, content: bytes) -> None:
        """All of it or nothing."""
        ...


class Flights:
    """What is being made in this process: who wants the same waits for it, instead of paying for it as well."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, key: str) -> asyncio.Lock:
        """The one lock of a key, for as long as somebody has it."""
        lock = self._locks.get(key)
        if lock is None:
            self._locks[key] = lock = asyncio.Lock()
        return lock


class ContentTable(Protocol):
    """Knows as which video a recording is worked on."""

    async def take_content(self, claim: Claim, content: str) -> str | None: ...


async def take_turn(videos: ContentTable, claim: Claim, content: str) -> None:
    """Begin with a recording, named by any text that is equal for equal ones, unless another consumer works on it.

    Then NotYet is raised: what is made of it there can be reused soon. Raises what `videos` raises.
    """
    other = await videos.take_content(claim, content)
    if other is not None:
        words = f"the same recording is being worked on as {other}: what that pays for is used here, too"
        raise NotYet(words, code="same_recording", until=datetime.now(UTC) + LOOK_AGAIN)


class Checkpoints:
    """The checkpoints whose keys begin with `prefix`; `reused` names those that saved work.

    What `store` does not take is kept `aside`, for the next attempt on this machine, and looked for there first.
    """

    def __init__(
        self,
        store: CheckpointStore,
        prefix: str,
        flights: Flights | None = None,
        aside: CheckpointStore | None = None,
    ) -> None:
        self.reused: list[str] = []
        self._flights = flights or Flights()
        self._store = store
        self._aside = aside
        self._prefix = prefix

    def key(self, name: str, made_from: str) -> str:
        """Under which the value of `name` that is made from this lies."""
        return f"{self._prefix}/{name}-{made_from[:16]}.json"

    async def once(self, name: str, kind: TypeAdapter[T], made_from: str, make: Callable[[], Awaitable[T]]) -> T:
        """The value of `name` that was made from the same input before, else a new one, which is kept.

        `made_from` is a digest of all that decides the value; `kind` reads and writes it as JSON.
        Raises what `make` raises, and TransientError or EnvironmentFault where the store cannot be looked at.
        """
        key = self.key(name, made_from)
        async with self._flights.of(key):
            return await self._once(name, key, kind, make)

    async def find(self, name: str, made_from: str) -> bytes | None:
        """What was kept of `name` that is made from this; None where nothing was. Raises like `once`."""
        return await self._find(self.key(name, made_from))

    async def keep(self, name: str, made_from: str, content: bytes) -> None:
        """For the next attempt, whatever was there before; on this machine only, where the store does not take it."""
        await self._keep(self.key(name, made_from), content)

    async def _once(self, name: str, key: str, kind: TypeAdapter[T], make: Callable[[], Awaitable[T]]) -> T:
        if (content := await self._find(key)) is not None:
            try:
                found = kind.validate_json(content)
            except ValidationError:
                log.warning("checkpoint.unreadable", key=key)
            else:
                self._count(name, key)
                return found
        made = await make()
        await self._keep(key, kind.dump_json(made))
        return made

    def _count(self, name: str, key: str) -> None:
        log.info("checkpoint.reused", key=key)
        if name not in self.reused:
            self.reused.append(name)

    async def _find(self, key: str) -> bytes | None:
        if self._aside is not None and (content := await self._aside.find(key)) is not None:
            return content
        return await self._store.find(key)

    async def _keep(self, key: str, content: bytes) -> None:
        """What cannot be kept is still good for this attempt."""
        for store in filter(None, (self._store, self._aside)):
            try:
                return await store.keep(key, content)
            except (TransientError, EnvironmentFault) as error:
                log.warning("checkpoint.not_kept", key=key, error=str(error))
        return None


class FolderCheckpoints:
    """Checkpoints in a folder, for `lectern process`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def find(self, key: str) -> bytes | None:
        path = self._folder / key
        return await asyncio.to_thread(path.read_bytes) if path.is_file() else None

    async def keep(self, key: str, content: bytes) -> None:
        try:
            await asyncio.to_thread(_write, self._folder / key, content)
        except OSError as error:
            words = f"{self._folder} takes no checkpoint: {error.strerror}"
            raise EnvironmentFault(words, code="scratch", dependency=Dependency.MACHINE) from error


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


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_bytes(content)
    partial.replace(path)
