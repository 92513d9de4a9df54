"""Spans, sent by OTLP where OTEL_EXPORTER_OTLP_ENDPOINT is set; without it nothing is imported or made.

FastAPI makes one for each request by itself, and its client's span is the parent; here are the others. The standard's
other variables hold too (OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, ...):
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/. A collector that is away costs
nothing but its spans: they wait in a bounded queue, and a thread of its own sends them.
"""

import os
import threading
from collections.abc import Generator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace as api

from transcriber.errors import ConfigError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

SERVICE = "lectern-transcriber"
QUIET = ("/health", "/metrics")  # asked every few seconds
LAST_S = 5.0  # for what is unsent at the end
tracer = api.get_tracer("lectern")


def of_requests() -> TelemetryConfig:
    """For FastAPI: a span for a request, nothing else; /metrics counts, and the log has what failed."""
    return {"exclude": _is_quiet, "operation_spans": False, "metrics": False, "logs": False}


def trace_id() -> str:
    """Of the span that we are in, as hexadecimal digits; empty outside of one."""
    ours = api.get_current_span()
    return f"{ours.get_span_context().trace_id:032x}" if ours.is_recording() else ""


def note(about: Mapping[str, object]) -> None:
    """Attributes for the span that we are in."""
    api.get_current_span().set_attributes({f"lectern.{name}": str(value) for name, value in about.items()})


@contextmanager
def exported(endpoint: str) -> Generator[None]:
    """Spans that begin inside are sent. Raises ConfigError where the extra `otel` is not installed."""
    if not endpoint:
        yield
        return
    provider = _provider()
    api.set_tracer_provider(provider)
    try:
        yield
    finally:
        last = threading.Thread(target=provider.shutdown, daemon=True)
        last.start()
        last.join(LAST_S)


def _provider() -> "TracerProvider":
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ConfigError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but what sends spans is not installed: "
            "pip install 'lectern-transcriber[otel]'"
        ) from error
    resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", SERVICE)})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _is_quiet(scope: MutableMapping[str, Any]) -> bool:
    return str(scope["path"]).startswith(QUIET)
