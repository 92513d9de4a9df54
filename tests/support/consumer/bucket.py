"""A bucket in memory, for tests of what is put into it."""

import hashlib
from pathlib import Path

from consumer.clients.s3 import Missing, StoredObject
from consumer.errors import TransientError
from consumer.models import Progress


class Bucket:
    """Keeps what is put, in order, and checkpoints apart; fails at `full`."""

    bucket = "lectern"

    def __init__(self, full: str = "", checkpoints: dict[str, bytes] | None = None) -> None:
        self.objects: dict[str, bytes] = {}
        self.checkpoints = {} if checkpoints is None else checkpoints
        self._full = full

    async def put(self, key: str, path: Path, media_type: str) -> StoredObject:
        if self._full and key.endswith(self._full):
            raise TransientError("S3 could not store an object")
        self.objects[key] = path.read_bytes()
        return StoredObject(key, hashlib.sha256(self.objects[key]).hexdigest(), len(self.objects[key]))

    async def fetch(self, key: str, into: Path, most_bytes: int, on_progress: Progress) -> None:
        if key not in self.objects:
            raise Missing(key)
        into.write_bytes(self.objects[key])

    async def find(self, key: str) -> bytes | None:
        return self.checkpoints.get(key)

    async def keep(self, key: str, content: bytes) -> None:
        self.checkpoints[key] = content
