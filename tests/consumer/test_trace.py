"""One message is one trace, at every delivery and in every service that it reaches."""

import sys

import pytest

from consumer import trace
from consumer.errors import ConfigError
from consumer.observability.spans import exported
from consumer.trace import Trace, trace_of

SENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_the_sender_s_trace_goes_on() -> None:
    assert trace_of(SENT, "message-1") == Trace("0af7651916cd43dd8448eb211c80319c", sender="b7ad6b7169203331")


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        "nonsense",
        SENT.upper(),
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
        "ff" + SENT[2:],
    ],
)
def test_without_a_usable_one_the_message_has_one_of_its_own_at_every_delivery(sent: str | None) -> None:
    first, again, other = trace_of(sent, "message-1"), trace_of(sent, "message-1"), trace_of(sent, "message-2")
    assert first == again != other
    assert len(first.trace_id) == 32


def test_each_request_is_a_span_of_its_own_in_the_trace() -> None:
    with trace_of(SENT, "").entered():
        one, two = trace.headers()["traceparent"], trace.headers()["traceparent"]
    assert one[:36] == two[:36] == SENT[:36]
    assert one != two
    assert trace_of(one, "").trace_id == trace_of(SENT, "").trace_id


def test_outside_of_a_message_nothing_is_said() -> None:
    assert trace.headers() == {}


def test_where_spans_go_but_nothing_sends_them_a_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(ConfigError, match=r"pip install 'lectern-consumer\[otel\]'"), exported("http://collector:4318"):
        pass
