"""What becomes of the row and the message after an error, by its branch of the tree in `errors`. Pure."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from consumer.errors import (
    BadMessage,
    EnvironmentFault,
    LecternError,
    NotYet,
    PolicyError,
    TransientError,
    VideoError,
)

PREMIERE_S = 3600.0
SOONEST_S = 60.0
BACKOFF = (1, 4, 20, 60)  # times `retry_s`: by default half a minute to half an hour


@dataclass(frozen=True)
class Ending:
    """`status` for the row, `outcome` for the record of the attempt, which is given back where `refund`.

    The message comes back after `back_s` seconds; None deletes it.
    """

    status: str
    outcome: str
    code: str | None = None
    words: str | None = None
    refund: bool = False
    back_s: float | None = None


@dataclass(frozen=True)
class Tries:
    """How often a video is tried, and how long the second try waits."""

    max_attempts: int = 5
    retry_s: float = 30.0

    def ending(self, error: LecternError, attempts: int, *, pause_s: float, now: datetime) -> Ending:
        """How attempt number `attempts` ends; a broken environment is tried again after `pause_s`."""
        ending = partial(Ending, code=error.code, words=str(error))
        match error:
            case VideoError():
                return ending("failed", "failed")
            case PolicyError() | BadMessage():
                return ending("rejected", "rejected", refund=True)
            case NotYet():
                return ending("scheduled", "scheduled", refund=True, back_s=_seconds_until(error.until, now))
            case EnvironmentFault():
                return ending("queued", "environment", refund=True, back_s=pause_s)
            case _ if attempts < self.max_attempts:
                wanted = error.retry_after_s if isinstance(error, TransientError) else None
                return ending("queued", "retry", back_s=wanted or self.backoff_s(attempts))
            case _:
                return Ending("failed", "failed", error.code, f"given up after {attempts} attempts: {error}")

    def cut_off(self) -> Ending:
        """The end of a video whose attempts all ended without a word."""
        words = f"given up: the work was cut off {self.max_attempts} times without a word"
        return Ending("failed", "failed", "cut_off", words)

    def backoff_s(self, attempts: int) -> float:
        """Seconds until the next try after so many."""
        return self.retry_s * BACKOFF[min(attempts, len(BACKOFF)) - 1]


INTERRUPTED = Ending("queued", "interrupted", refund=True)
"""A shutdown is nobody's failure."""
RENEWED = Ending("queued", "renewed", refund=True, back_s=0)
"""The queue's last delivery of a message is not worked on: a copy of it is."""


def _seconds_until(until: datetime | None, now: datetime) -> float:
    return PREMIERE_S if until is None else max(SOONEST_S, (until - now).total_seconds())
