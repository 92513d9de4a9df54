"""Answers that are written while the model works: lines or server-sent events, with a sign of life in silences."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TypeVar

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

HEARTBEAT_S = 10.0  # proxies cut connections that are silent for 60 s or more

T = TypeVar("T")


class StreamingAnswer(StreamingResponse):
    """Calls `on_end`, which frees what the answer needed, however it ends: complete, client gone, or never begun."""

    def __init__(
        self, lines: AsyncIterator[str], on_end: Callable[[], None], media_type: str, headers: Mapping[str, str]
    ) -> None:
        # Proxies must pass lines on at once: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
        quick = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(lines, headers={**quick, **headers}, media_type=media_type)
        self._on_end = on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._on_end()


async def with_heartbeat(events: AsyncIterator[T], every_s: float) -> AsyncIterator[T | None]:
    """The events, and None whenever `every_s` seconds passed without one."""
    following = asyncio.ensure_future(anext(events))
    try:
        while True:
            await asyncio.wait({following}, timeout=every_s)
            if not following.done():
                yield None
                continue
            try:
                yield following.result()
            except StopAsyncIteration:
                return
            following = asyncio.ensure_future(anext(events))
    finally:
        following.cancel()
        await asyncio.wait({following})


async def opened(events: AsyncIterator[T], wait_s: float) -> AsyncIterator[T]:
    """The same events, once the first is there or `wait_s` have passed. Raises what it raises, if that comes first."""
    first = asyncio.ensure_future(anext(events))
    first.add_done_callback(lambda task: task.cancelled() or task.exception())  # looked at here, if nowhere else
    try:
        await asyncio.wait({first}, timeout=wait_s)
    except asyncio.CancelledError:
        first.cancel()
        raise
    if first.done():
        first.result()
    return _resumed(first, events)


async def _resumed(first: "asyncio.Future[T]", events: AsyncIterator[T]) -> AsyncIterator[T]:
    yield await first
    async for event in events:
        yield event
