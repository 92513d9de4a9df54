"""Uvicorn's HTTP connection with three clocks and a bound on how many there are, so that clients that stall, or are
very many, cost sockets for a while and no more.

Uvicorn times only the pause between two requests. Here also a request whose headers do not come, and an answer of which
nothing is read for a while, end the connection; the application then hears that its client has left. A stalled body is
timed in `uploads`.
"""

import asyncio
import fcntl
import resource
import socket
import sys
import termios
import time
from typing import Any

import h11
import structlog
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

log = structlog.get_logger()
MOST_DESCRIPTORS = 65_536
KEPT_DESCRIPTORS = 256  # the process's own: the model, decoders, logs
LINGERING, LINGER_S = 64, 1.0
DETAIL = b'{"type":"urn:lectern:Overloaded","title":"Too many connections","status":503,"detail":"try again later"}'
REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n"
    b"Content-Type: application/problem+json\r\nContent-Length: %d\r\n\r\n%s" % (len(DETAIL), DETAIL)
)


class OnceASecond:
    """A line in the log for what may happen thousands of times a second."""

    def __init__(self, event: str) -> None:
        self._event = event
        self._next_at = 0.0

    def tell(self, **facts: object) -> None:
        """Log it, unless that was done within the last second."""
        if time.monotonic() >= self._next_at:
            self._next_at = time.monotonic() + 1
            log.error(self._event, **facts)


too_many = OnceASecond("connections.too_many")


def most_connections(max_requests: int) -> int:
    """How many connections there may be, so that descriptors are left for `max_requests` files and their decoders.

    Raises the process's own limit as far as it may.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return limit - min(limit // 2, KEPT_DESCRIPTORS + 2 * max_requests)


def timed_connection(stall_s: float, most: int) -> type[asyncio.Protocol]:
    """The class to give to uvicorn's `http` option; of connections beyond `most` each is answered with a 503."""

    class Timed(TimedConnection):
        STALL_S = stall_s
        MOST = most

    return Timed


class TimedConnection(H11Protocol):
    """One TCP connection; aborted when the client stalls for `STALL_S`, refused when there are `MOST` others."""

    STALL_S = 30.0
    MOST = 10_000

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._headers_due: asyncio.TimerHandle | None = None
        self._read_due: asyncio.TimerHandle | None = None
        self._refused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The first request's headers must come."""
        super().connection_made(transport)  # pyright: ignore[reportArgumentType] - uvicorn narrows asyncio's parameter
        # asyncio does so only for sockets that name their protocol, which create_server's do not. Without it the kernel
        # holds an answer's body until the client has acknowledged its headers: 40 ms.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if len(self.connections) > self.MOST:
            self._refuse()
            return
        self._headers_due = self.loop.call_later(self.STALL_S, self._abort)

    def data_received(self, data: bytes) -> None:
        """A request that has begun must get to the end of its headers."""
        if self._refused:
            return
        super().data_received(data)
        begun = self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])
        if begun and self._headers_due is None:
            self._headers_due = self.loop.call_later(self.STALL_S, self._abort)
        elif self.conn.their_state is not h11.IDLE:
            self._headers_due = _stopped(self._headers_due)

    def pause_writing(self) -> None:
        """The client reads more slowly than we write: it may, as long as it reads."""
        super().pause_writing()
        self._read_due = self.loop.call_later(self.STALL_S, self._check_read, self._unread_bytes())

    def resume_writing(self) -> None:
        """It has caught up."""
        super().resume_writing()
        self._read_due = _stopped(self._read_due)

    def connection_lost(self, exc: Exception | None) -> None:
        """No clock outlives the connection."""
        self._headers_due = _stopped(self._headers_due)
        self._read_due = _stopped(self._read_due)
        super().connection_lost(exc)

    def _check_read(self, before: int) -> None:
        """Nothing is written while writing is paused, so what is unread shrinks if anything is read."""
        unread = self._unread_bytes()
        if unread >= before:
            self._abort()
        else:
            self._read_due = self.loop.call_later(self.STALL_S, self._check_read, unread)

    def _unread_bytes(self) -> int:
        """What the client has not acknowledged: in our buffer, and in the kernel's, which may hold megabytes."""
        sent = self.transport.get_extra_info("socket")
        queued = fcntl.ioctl(sent.fileno(), termios.TIOCOUTQ, bytes(4))
        return self.transport.get_write_buffer_size() + int.from_bytes(queued, sys.byteorder)

    def _refuse(self) -> None:
        """Answer before anything is asked, and stay for a moment: closing at once would reset the answer away."""
        self._refused = True
        too_many.tell(connections=len(self.connections))
        if len(self.connections) > self.MOST + LINGERING:
            self._abort()
            return
        self.transport.write(REFUSAL)
        self.transport.write_eof()
        self._headers_due = self.loop.call_later(LINGER_S, self._abort)

    def _abort(self) -> None:
        self.transport.abort()


def _stopped(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
