"""The version before Lectern had tables of its own: what it made and what it sends, word for word, in `former/`."""

import hashlib
import re
from pathlib import Path
from typing import Any

from consumer.database.postgres import Pool

FOLDER = Path(__file__).with_name("former")
FILES = ("0001_video.sql", "0002_attempt_message.sql", "0003_recent_outcomes.sql")
OPEN = "'queued', 'downloading', 'transcribing', 'generating', 'scheduled'"
URL = "https://www.youtube.com/watch?v=abcdefghijk"


class FormerVersion:
    """A consumer of that version, as the database sees it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        parts = re.split(r"^-- name: (\w+)$", (FOLDER / "videos.sql").read_text(), flags=re.MULTILINE)[1:]
        bodies = (body.strip().rstrip(";").replace(":video", "video").replace(":open", OPEN) for body in parts[1::2])
        self._sql = dict(zip(parts[::2], bodies, strict=True))

    async def migrate(self) -> None:
        """Make the tables, and remember it."""
        await self._pool.execute(
            "CREATE TABLE IF NOT EXISTS lectern_migration"
            " (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        for name in FILES:
            text = (FOLDER / name).read_text()
            await self._pool.execute(text.replace(':"video_table"', "video"))
            digest = hashlib.sha256(text.encode()).hexdigest()
            await self._pool.execute("INSERT INTO lectern_migration VALUES ($1, $2)", f"video/{name}", digest)

    async def claim(self, video_id: str, owner: str = "former", message: str = "m1") -> int | None:
        """The new token, None where there was nothing to claim."""
        await self._pool.execute(self._sql["ensure"], video_id, URL)
        token = await self._pool.fetchval(self._sql["claim"], video_id, URL, owner, 30, message)
        if token is not None:
            await self._pool.execute(self._sql["open_attempt"], video_id, token, owner, message)
        return token

    async def write(self, name: str, video_id: str, token: int, *values: Any) -> bool:
        """Whether a fenced write changed anything."""
        return await self._pool.execute(self._sql[name], video_id, token, *values) == "UPDATE 1"

    async def complete(self, video_id: str, token: int) -> bool:
        """Whether it could be completed."""
        keys = [f"videos/{video_id}/{token:06d}/{name}" for name in ("a", "t", "f", "q", "m")]
        done = await self.write("complete", video_id, token, "A lecture", "A channel", 104.0, "en", *keys)
        if done:
            await self._pool.execute(self._sql["close_attempt"], video_id, token, "completed", None, None)
        return done

    async def ping(self) -> None:
        """Raises where it would not start."""
        await self._pool.execute(self._sql["ping"])
