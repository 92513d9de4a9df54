"""What fails at the whole site until it is mended: its answers, or the media in the middle."""

import asyncio
from typing import Literal

Mode = Literal["open", "forbidden", "limited", "unavailable", "cut", "hang"]
"""403 on media and fragments; 429 or 503 on everything; media breaks off, or stops coming, after its first bytes."""
STATUSES: dict[Mode, int] = {"limited": 429, "unavailable": 503}
FORBIDDEN = 403


class Trouble:
    """Begins and ends when told, also for what is under way."""

    def __init__(self) -> None:
        self.mode: Mode = "open"
        self._mended = asyncio.Event()

    def fail(self, mode: Mode) -> None:
        """From now on; open mends it."""
        self.mode = mode
        self._mended.set()
        if mode == "hang":
            self._mended.clear()

    def status(self, path: str) -> int | None:
        """What a request for `path` is refused with."""
        if self.mode == "forbidden" and path.startswith("/videoplayback"):
            return FORBIDDEN
        return STATUSES.get(self.mode)

    async def meet(self) -> None:
        """Between two pieces of media. Raises ConnectionResetError where it is cut."""
        if self.mode == "cut":
            raise ConnectionResetError
        if self.mode == "hang":
            await self._mended.wait()
