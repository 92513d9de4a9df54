"""A collector of spans on loopback that reads OTLP over HTTP, as real ones do."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def _read(attributes: Iterable[KeyValue]) -> dict[str, str]:
    """Attributes of any kind as text."""
    return {each.key: str(getattr(each.value, each.value.WhichOneof("value") or "string_value")) for each in attributes}


@dataclass(frozen=True)
class Span:
    """One that was sent; ids as hexadecimal digits, `parent` empty where there is none."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent: str
    about: dict[str, str]
    failed: bool


@dataclass
class Collector:
    """Keeps what it is sent in `spans`."""

    spans: list[Span] = field(default_factory=list[Span])

    def app(self) -> Starlette:
        """Its one route."""
        return Starlette(routes=[Route("/v1/traces", self._take, methods=["POST"])])

    def named(self, name: str) -> list[Span]:
        """Those of a name."""
        return [span for span in self.spans if span.name == name]

    async def _take(self, request: Request) -> Response:
        sent = ExportTraceServiceRequest.FromString(await request.body())
        for resource in sent.resource_spans:
            service = _read(resource.resource.attributes)["service.name"]
            for span in (span for scope in resource.scope_spans for span in scope.spans):
                about = _read(span.attributes)
                ids = (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
                self.spans.append(Span(service, span.name, *ids, about, span.status.code == 2))
        return Response(media_type="application/x-protobuf")
