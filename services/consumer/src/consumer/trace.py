"""Which message all of this is about, in the words that other services know: https://www.w3.org/TR/trace-context/.

Spans are begun here by OpenTelemetry's interface, which does nothing until `observability/spans.py` gives it a maker.
"""

import hashlib
import re
import secrets
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from opentelemetry import trace as api
from opentelemetry.context import Context

HEADER = "traceparent"
_VALUE = re.compile(r"(?!ff)[0-9a-f]{2}-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
_current: ContextVar["Trace | None"] = ContextVar("trace", default=None)
_spans = api.get_tracer("lectern")


@dataclass(frozen=True)
class Trace:
    """One story over all services: 16 bytes, as hexadecimal digits; `sender` is the span (8 bytes) that sent this."""

    trace_id: str
    sender: str | None = None

    @contextmanager
    def entered(self, message_id: str = "") -> Generator[None]:
        """What is asked of others inside, tasks and threads begun there too, says that it belongs to this."""
        token = _current.set(self)
        about = {"messaging.message.id": message_id}
        try:
            with _spans.start_as_current_span("message", self._context(), api.SpanKind.CONSUMER, about):
                yield
        finally:
            _current.reset(token)

    def _context(self) -> Context:
        if self.sender is None:
            return Context()
        sent = api.SpanContext(
            int(self.trace_id, 16), int(self.sender, 16), is_remote=True, trace_flags=api.TraceFlags(1)
        )
        return api.set_span_in_context(api.NonRecordingSpan(sent), Context())


def current() -> Trace | None:
    """The trace that we are in."""
    return _current.get()


def trace_of(traceparent: str | None, message_id: str) -> Trace:
    """The sender's trace; without one, or with nonsense, one of the message's own, alike at every delivery."""
    found = _VALUE.fullmatch(traceparent or "")
    if found and int(found["trace"], 16) and int(found["span"], 16):
        return Trace(found["trace"], found["span"])
    return Trace(hashlib.sha256(message_id.encode()).hexdigest()[:32])


def span(name: str, **about: str | float) -> AbstractContextManager[api.Span]:
    """Around a piece of work of the current trace; `about` are its attributes. What it raises is noted in it."""
    return _spans.start_as_current_span(name, attributes=about)


def note(**about: str | float) -> None:
    """Attributes for the span that we are in."""
    api.get_current_span().set_attributes(about)


def headers() -> dict[str, str]:
    """What a request to a service of ours carries: our span in the current trace, nothing outside of a trace."""
    trace = _current.get()
    if trace is None:
        return {}
    ours = api.get_current_span()
    sent = f"{ours.get_span_context().span_id:016x}" if ours.is_recording() else secrets.token_hex(8)
    return {HEADER: f"00-{trace.trace_id}-{sent}-01"}
