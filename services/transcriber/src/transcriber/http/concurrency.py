"""Who may come in: a bound on requests at one time, taken before a byte of the body is read; and who must leave."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

from transcriber.errors import Draining, Overloaded

SOONEST_S = 5.0


class Gate:
    """Lets `limit` requests in; the event loop is its only thread."""

    def __init__(self, limit: int) -> None:
        self.inside = 0
        self._limit = limit
        self._empty = asyncio.Event()
        self._empty.set()
        self._bodies: set[asyncio.Timeout] = set()
        self._shut: Draining | None = None

    @contextmanager
    def place(self, next_free_s: float) -> Generator[None]:
        """Hold a place. Raises Overloaded where there is none, with `next_free_s` as the time to come back."""
        if self.inside >= self._limit:
            raise Overloaded(f"{self._limit} requests are under way: try again later", max(SOONEST_S, next_free_s))
        self.inside += 1
        self._empty.clear()
        try:
            yield
        finally:
            self.inside -= 1
            if not self.inside:
                self._empty.set()

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

    async def empty(self) -> None:
        """Wait until nobody is inside."""
        await self._empty.wait()

    def shut(self, goodbye: Draining) -> int:
        """End the bodies that are still coming with this error; how many there are."""
        self._shut = goodbye
        for until in self._bodies:
            until.reschedule(0)
        return len(self._bodies)
