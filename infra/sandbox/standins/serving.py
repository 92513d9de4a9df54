"""Runs a stand-in as a real HTTP server on loopback, in the test's own event loop or for a demo."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

import uvicorn
from starlette.types import ASGIApp
from uvicorn.server import ServerState

LOOPBACK = "127.0.0.1"
LAST_WORDS_S = 1.0


@asynccontextmanager
async def serving(app: ASGIApp, port: int = 0) -> AsyncGenerator[str]:
    """The server's address while it runs; port 0 takes a free one.

    Uvicorn's connections without its own server, which sleeps for tenths of a second where hundreds of tests stop one.
    """
    config, state = uvicorn.Config(app, log_level="warning", lifespan="off"), ServerState()
    config.load()
    connection = partial(config.http_protocol_class, config, state, {})
    listener = socket.create_server((LOOPBACK, port))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else answers wait for 40 ms
    server = await asyncio.get_running_loop().create_server(connection, sock=listener)
    try:
        yield f"http://{LOOPBACK}:{listener.getsockname()[1]}"
    finally:
        server.close()
        await _ended(state)


async def _ended(state: ServerState) -> None:
    """Answers under way have a second."""
    for connection in list(state.connections):
        connection.shutdown()
    if not state.tasks:
        return
    _, late = await asyncio.wait(set(state.tasks), timeout=LAST_WORDS_S)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
