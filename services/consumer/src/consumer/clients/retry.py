"""Trying again, politely and not for ever."""

import email.utils
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_before_delay,
    wait_random_exponential,
)

from consumer.errors import TransientError

PATIENCE_S = 120.0
"""Waiting longer than this for one answer is better done by the queue."""
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 20.0
REFUSED_RETRY_S = 600.0
"""Says of a request that was refused as it is: not again now, perhaps after a change at either end."""
Result = TypeVar("Result")


async def patiently(call: Callable[[], Awaitable[Result]], patience_s: float = PATIENCE_S) -> Result:
    """Call until it succeeds, waiting as long as asked; past `patience_s` the last TransientError is raised."""
    retrying = AsyncRetrying(
        retry=retry_if_exception_type(TransientError),
        wait=_wait_s,
        stop=stop_before_delay(patience_s),
        reraise=True,
    )
    async for attempt in retrying:
        with attempt:
            return await call()
    raise AssertionError("tenacity returns or raises")


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds from `retry-after-ms` or `Retry-After` (seconds or a date, RFC 9110 10.2.3); None if it says nothing."""
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    if (seconds := _number(value)) is not None:
        return seconds
    moment = email.utils.parsedate_tz(value) if value else None
    return max(email.utils.mktime_tz(moment) - time.time(), 0.0) if moment else None


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _wait_s(state: RetryCallState) -> float:
    failure = state.outcome.exception() if state.outcome else None
    asked = failure.retry_after_s if isinstance(failure, TransientError) else None
    if asked is not None:
        return asked
    return wait_random_exponential(multiplier=FIRST_WAIT_S, max=LONGEST_WAIT_S)(state)
