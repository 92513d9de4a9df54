"""How long to wait before asking again."""

import email.utils
import time

import pytest

from consumer.clients.retry import patiently, retry_after_s
from consumer.errors import EnvironmentFault, TransientError


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({}, None),
    ],
)
def test_what_a_server_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


def test_a_date_is_turned_into_seconds_from_now() -> None:
    asked = retry_after_s({"retry-after": email.utils.formatdate(time.time() + 100, usegmt=True)})
    assert asked == pytest.approx(100, abs=2)


async def test_a_call_is_repeated_until_it_succeeds() -> None:
    failures = [TransientError("Busy.", retry_after_s=0.0)] * 3

    async def call() -> str:
        if failures:
            raise failures.pop()
        return "done"

    assert await patiently(call) == "done"


async def test_what_no_waiting_helps_is_not_repeated() -> None:
    calls: list[int] = []

    async def call() -> None:
        calls.append(1)
        raise EnvironmentFault("Dead key.")

    with pytest.raises(EnvironmentFault, match="Dead key"):
        await patiently(call)
    assert len(calls) == 1


async def test_the_last_failure_is_raised_when_patience_ends() -> None:
    async def call() -> None:
        raise TransientError("Busy.", retry_after_s=60)

    started = time.monotonic()
    with pytest.raises(TransientError, match="Busy"):
        await patiently(call, patience_s=5)
    assert time.monotonic() - started < 1
