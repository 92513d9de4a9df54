"""Around every request: its id, its line in the log, its counts, and a close that lets an early answer be read."""

import asyncio
import re
import time
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from transcriber.http import spans
from transcriber.metrics.prometheus import Metrics

log = structlog.get_logger()
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# https://www.w3.org/TR/trace-context/#traceparent-header
TRACE = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
OUR_FAULT = 500
LINGER_S = 2.0
LINGER_BYTES = 64 << 20


class ObservedRequest:
    """One request and its answer. `status` is 500 until an answer begins: an exception gives none.

    `trace_id` is the client's trace, `request_id` its own name for the request, else the trace's.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        headers = Headers(scope=scope)
        traced = TRACE.fullmatch(headers.get("traceparent", ""))
        self.trace_id = traced[1] if traced else spans.trace_id() or uuid.uuid4().hex
        sent = headers.get("x-request-id", "")
        self.request_id = sent if REQUEST_ID.fullmatch(sent) else self.trace_id
        self.status = 500
        self.about: dict[str, object] = {}
        self.headers: dict[str, str] = {}
        scope.setdefault("state", {}).update(request_id=self.request_id, about=self.about, headers=self.headers)
        self._began = time.monotonic()
        self._body_comes = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        self._received = self._answered = 0

    @property
    def route(self) -> str:
        """The route's pattern, which bounds how many there are."""
        return getattr(self._scope.get("route"), "path", "unknown")

    def facts(self) -> Mapping[str, object]:
        """What the log tells."""
        return {
            "method": self._scope["method"],
            "route": self.route,
            "status": self.status,
            "seconds": round(time.monotonic() - self._began, 3),
            "bytes_in": self._received,
            "bytes_out": self._answered,
            **self.about,
        }

    async def receive(self) -> Message:
        """The next piece of the request."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            self._body_comes = message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """The next piece of the answer; where the body has not been read, the connection ends with it."""
        if message["type"] == "http.response.start":
            await self._send(self._begun(message))
            return
        self._answered += len(message.get("body", b""))
        if not self._body_comes or message.get("more_body", False):
            await self._send(message)
            return
        await self._send({**message, "more_body": True})
        await self._linger()
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    def _begun(self, message: Message) -> Message:
        self.status = message["status"]
        headers = MutableHeaders(raw=_copied(message.get("headers", ())))
        headers.update({**self.headers, "X-Request-ID": self.request_id})
        if self._body_comes:
            headers["Connection"] = "close"
        return {**message, "headers": headers.raw}

    async def _linger(self) -> None:
        """Take in what the client still sends, for a while: closing at once would reset the answer away."""
        left = LINGER_BYTES
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S):
                while self._body_comes and left > 0:
                    message = await self._receive()
                    left -= len(message.get("body", b""))
                    self._body_comes = message["type"] == "http.request" and message.get("more_body", False)


class RequestObserver:
    """ASGI middleware. Puts `request_id` into the request's state; `about` there is added to the log line, `headers` to
    the answer's headers, whatever answer it becomes.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        observed = ObservedRequest(scope, receive, send)
        with structlog.contextvars.bound_contextvars(request_id=observed.request_id, trace_id=observed.trace_id):
            try:
                await self._app(scope, observed.receive, observed.send)
            finally:
                self._tell(observed)

    def _tell(self, observed: ObservedRequest) -> None:
        spans.note(observed.about)
        self._metrics.answered(observed.route, observed.status)
        if error := observed.about.get("error"):
            self._metrics.failed(str(error))
        if OUR_FAULT in (observed.status, observed.about.get("error_status")):
            log.error("request", **observed.facts())
        elif not observed.route.startswith(spans.QUIET):
            log.info("request", **observed.facts())


def _copied(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers]
