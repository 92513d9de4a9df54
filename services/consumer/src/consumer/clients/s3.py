"""One S3 bucket. Objects are written once under a key that never changes; writing the same bytes again is no error."""

import asyncio
import base64
import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path

from consumer.clients import aws
from consumer.errors import LecternError, PolicyError, TransientError
from consumer.models import Progress


@dataclass(frozen=True)
class StoredObject:
    """One object as the manifest names it."""

    key: str
    sha256: str
    size_bytes: int


class AlreadyThere(LecternError):
    """Something is stored under this key."""


PROBE = "videos/probe.json"  # under what our role may write
PIECE_BYTES = 1 << 20


class Missing(LecternError):
    """Nothing is stored under this key."""


MISSING: dict[str, type[LecternError]] = {"NoSuchKey": Missing, "404": Missing}
EXISTS: dict[str, type[LecternError]] = {"PreconditionFailed": AlreadyThere, "412": AlreadyThere}


class Storage:
    """One bucket. Methods raise TransientError or EnvironmentFault."""

    def __init__(self, bucket: str, region: str, endpoint: str | None = None) -> None:
        retries = {"mode": "standard", "total_max_attempts": 4}
        self.bucket = bucket
        self._client = aws.client("s3", region, endpoint, connect_timeout=5, read_timeout=60, retries=retries)

    async def put(self, key: str, path: Path, media_type: str) -> StoredObject:
        """Store a file; raises TransientError where other bytes are there already."""
        return await asyncio.to_thread(self._put, key, path, media_type)

    async def get(self, key: str) -> bytes:
        """An object's bytes."""
        return await asyncio.to_thread(self._get, key)

    async def find(self, key: str) -> bytes | None:
        """An object's bytes, None where there is none."""
        return await asyncio.to_thread(self._find, key)

    async def keys(self, prefix: str) -> list[str]:
        """All keys that begin so, in the order of their letters."""
        return await asyncio.to_thread(self._keys, prefix)

    async def keep(self, key: str, content: bytes, media_type: str = "application/json") -> None:
        """Store bytes, whatever was there before."""
        with aws.translate_errors("S3", "keep an object"):
            await asyncio.to_thread(
                self._client.put_object, Bucket=self.bucket, Key=key, Body=content, ContentType=media_type
            )

    async def fetch(self, key: str, into: Path, most_bytes: int, on_progress: Progress) -> None:
        """Write an object to a file, by and by; `on_progress` is told the share. A cancel ends it at the next piece.

        Raises Missing where there is none and PolicyError where it is larger than `most_bytes`.
        """
        stop = threading.Event()
        try:
            await asyncio.to_thread(self._fetch, key, into, most_bytes, on_progress, stop)
        finally:
            stop.set()

    async def probe(self) -> None:
        """Raises where nothing can be stored: no room, no key of KMS, no right, or no answer."""
        await self.keep(PROBE, b"{}")

    async def check(self) -> None:
        """Raises where the bucket cannot be used. Asks for no more than a role needs that may see its own keys only."""
        with aws.translate_errors("S3", f"look into the bucket {self.bucket}"):
            await asyncio.to_thread(self._client.list_objects_v2, Bucket=self.bucket, Prefix="videos/", MaxKeys=1)

    def _fetch(self, key: str, into: Path, most_bytes: int, on_progress: Progress, stop: threading.Event) -> None:
        with aws.translate_errors("S3", "read a recording", MISSING), into.open("wb") as file:
            answer = self._client.get_object(Bucket=self.bucket, Key=key)
            size = int(answer["ContentLength"])
            if size > most_bytes:
                words = f"the recording has {size / 1e9:.3g} GB, and {most_bytes / 1e9:.3g} GB are allowed"
                raise PolicyError(words, code="too_large")
            for piece in answer["Body"].iter_chunks(PIECE_BYTES):
                if stop.is_set():
                    return
                file.write(piece)
                on_progress(file.tell() / size)

    def _put(self, key: str, path: Path, media_type: str) -> StoredObject:
        digest = _sha256(path)
        stored = StoredObject(key, digest.hex(), path.stat().st_size)
        try:
            with path.open("rb") as body, aws.translate_errors("S3", "store an object", EXISTS):
                self._client.put_object(
                    Bucket=self.bucket,
                    Key=key,
                    Body=body,
                    ContentType=media_type,
                    ChecksumSHA256=base64.b64encode(digest).decode(),
                    IfNoneMatch="*",
                    Metadata={"sha256": stored.sha256},
                )
        except AlreadyThere:
            self._check_same(stored)
        return stored

    def _check_same(self, stored: StoredObject) -> None:
        with aws.translate_errors("S3", "look at an object"):
            head = self._client.head_object(Bucket=self.bucket, Key=stored.key)
        if head["Metadata"].get("sha256") != stored.sha256:
            raise TransientError(f"another object is already stored as {stored.key}")

    def _find(self, key: str) -> bytes | None:
        """By a listing: asked for an object that is not there, S3 denies a role that may list our own keys only."""
        with aws.translate_errors("S3", "look for an object"):
            found = self._client.list_objects_v2(Bucket=self.bucket, Prefix=key, MaxKeys=1).get("Contents", [])
        return self._get(key) if found and found[0]["Key"] == key else None

    def _keys(self, prefix: str) -> list[str]:
        with aws.translate_errors("S3", "list objects"):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
            return [found["Key"] for page in pages for found in page.get("Contents", []) if "Key" in found]

    def _get(self, key: str) -> bytes:
        with aws.translate_errors("S3", "read an object"):
            return bytes(self._client.get_object(Bucket=self.bucket, Key=key)["Body"].read())


def _sha256(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
