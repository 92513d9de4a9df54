"""Which message all of this is about, in the words that other services know: https://www.w3.org/TR/trace-context/."""

import hashlib
import re
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

HEADER = "traceparent"
_VALUE = re.compile(r"(?!ff)[0-9a-f]{2}-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
_current: ContextVar["Trace | None"] = ContextVar("trace", default=None)


@dataclass(frozen=True)
class Trace:
    """One story over all services: 16 bytes, as hexadecimal digits."""

    trace_id: str

    @contextmanager
    def entered(self) -> Generator[None]:
        """What is asked of others inside, tasks and threads begun there too, says that it belongs to this."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


def trace_of(traceparent: str | None, message_id: str) -> Trace:
    """The sender's trace; without one, or with nonsense, one of the message's own, alike at every delivery."""
    found = _VALUE.fullmatch(traceparent or "")
    if found and int(found["trace"], 16) and int(found["span"], 16):
        return Trace(found["trace"])
    return Trace(hashlib.sha256(message_id.encode()).hexdigest()[:32])


def headers() -> dict[str, str]:
    """What a request to a service of ours carries: a span of its own in the current trace, nothing outside of one."""
    trace = _current.get()
    return {HEADER: f"00-{trace.trace_id}-{secrets.token_hex(8)}-01"} if trace else {}
