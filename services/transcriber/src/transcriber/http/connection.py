"""Uvicorn's HTTP connection with three clocks, so that a client that stalls costs a socket for a while and no more.

Uvicorn times only the pause between two requests. Here also a request whose headers do not come, and an answer of which
nothing is read for a while, end the connection; the application then hears that its client has left. A stalled body is
timed in `uploads`.
"""

import asyncio
import fcntl
import sys
import termios
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState


def timed_connection(stall_s: float) -> type[asyncio.Protocol]:
    """The class to give to uvicorn's `http` option."""

    class Timed(TimedConnection):
        STALL_S = stall_s

    return Timed


class TimedConnection(H11Protocol):
    """One TCP connection; aborted when the client stalls for `STALL_S`."""

    STALL_S = 30.0

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

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The first request's headers must come."""
        super().connection_made(transport)  # pyright: ignore[reportArgumentType] - uvicorn narrows asyncio's parameter
        self._headers_due = self.loop.call_later(self.STALL_S, self._abort)

    def data_received(self, data: bytes) -> None:
        """A request that has begun must get to the end of its headers."""
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

    def _abort(self) -> None:
        self.transport.abort()


def _stopped(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
