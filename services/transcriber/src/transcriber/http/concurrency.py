"""Who may come in: a bound on requests at one time, taken before a byte of the body is read; and who must leave."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

from transcriber.errors import Draining, Overloaded

SOONEST_S = 5.0


class RequestSlots:
    """Lets `limit` requests in at one time, of which `taken` are in now; the event loop is its only thread."""

    def __init__(self, limit: int) -> None:
        self.taken = 0
        self._limit = limit
        self._all_free = asyncio.Event()
        self._all_free.set()
        self._bodies: set[asyncio.Timeout] = set()
        self._shut: Draining | None = None

    @contextmanager
    def take(self, next_free_s: float) -> Generator[None]:
        """Hold a slot. Raises Overloaded where none is free, with `next_free_s` as the time to come back."""
        if self.taken >= self._limit:
            raise Overloaded(f"{self._limit} requests are under way: try again later", max(SOONEST_S, next_free_s))
        self.taken += 1
        self._all_free.clear()
        try:
            yield
        finally:
            self.taken -= 1
            if not self.taken:
                self._all_free.set()

    @asynccontextmanager
    async def body(self) -> AsyncGenerator[None]:
        """While a request's body comes. Raises Draining once `shut` was called."""
        until = asyncio.timeout(0 if self._shut else None)
        self._bodies.add(until)
        try:
            async with until:
                yield
        except TimeoutError:
            if self._shut and until.expired():
                raise self._shut from None
            raise
        finally:
            self._bodies.discard(until)

    async def all_free(self) -> None:
        """Wait until no request is in."""
        await self._all_free.wait()

    def shut(self, draining: Draining) -> int:
        """End the bodies that are still coming with this error, and all that come later; how many there are."""
        self._shut = draining
        for until in self._bodies:
            until.reschedule(0)
        return len(self._bodies)
