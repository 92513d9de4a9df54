"""Makes spans and sends them by OTLP over HTTP, where OTEL_EXPORTER_OTLP_ENDPOINT is set; else nothing is imported.

The standard's other variables hold too (OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, ...):
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/. A collector that is away costs
nothing but its spans: they wait in a bounded queue, and a thread of its own sends them.
"""

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry import trace as api

from consumer import trace
from consumer.errors import ConfigError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

SERVICE = "lectern-consumer"
LAST_S = 5.0  # for what is unsent at the end


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
        from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
    except ImportError as error:
        raise ConfigError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but what sends spans is not installed: "
            "pip install 'lectern-consumer[otel]'"
        ) from error

    class OfTheMessage(RandomIdGenerator):
        """The trace of a message without a sender's is the one that the log names."""

        def generate_trace_id(self) -> int:
            ours = trace.current()
            return int(ours.trace_id, 16) if ours else super().generate_trace_id()

    resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", SERVICE)})
    provider = TracerProvider(resource=resource, id_generator=OfTheMessage(), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
