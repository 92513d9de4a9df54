"""What becomes of the row and the message after an error, by its branch of the tree in `errors`. Pure."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from consumer.errors import (
    LENT_OUT,
    BadMessage,
    EnvironmentFault,
    LeaseLost,
    LecternError,
    NotYet,
    PolicyError,
    TransientError,
    VideoError,
)
from consumer.models import Outcome, Status
from consumer.worker.blame import Blame

PREMIERE_S = 3600.0
SOONEST_S = 60.0
BACKOFF = (1, 4, 20, 60)  # times `retry_s`: by default half a minute to half an hour
DAY = (30, 120, 480, 1320)  # likewise: 15 minutes, 1, 4 and 11 hours; SQS hides a message for 12 at most


@dataclass(frozen=True)
class RetryPolicy:
    """How often a video is tried, and how long the second try waits."""

    max_attempts: int = 5
    retry_s: float = 30.0

    def outcome(
        self, error: LecternError, attempts: int, *, pause_s: float, now: datetime, blame: Blame = Blame.VIDEO
    ) -> Outcome:
        """How attempt number `attempts` ends, as of `now`.

        What is blamed on the world costs no attempt and is tried again after `pause_s` seconds; an EnvironmentFault
        blamed on the video costs one, and the tries are spread over a day.
        """
        outcome = partial(Outcome, code=error.code, words=str(error))
        match error:
            case VideoError():
                return outcome("failed", Status.FAILED)
            case PolicyError() | BadMessage():
                return outcome("rejected", Status.REJECTED, refund=True)
            case NotYet():
                return outcome("scheduled", Status.SCHEDULED, refund=True, back_s=_seconds_until(error.until, now))
            case EnvironmentFault() | TransientError() if blame is Blame.WORLD:
                return outcome("environment", Status.QUEUED, refund=True, back_s=pause_s)
            case EnvironmentFault() | TransientError() if attempts < self._most(error):
                return outcome("retry", Status.QUEUED, back_s=self._back_s(error, attempts))
            case _:
                return Outcome("failed", Status.FAILED, error.code, f"given up after {attempts} attempts: {error}")

    def cut_off(self) -> Outcome:
        """The end of a video whose attempts all ended without a word."""
        words = f"given up: the work was cut off {self.max_attempts} times without a word"
        return Outcome("failed", Status.FAILED, "cut_off", words)

    def backoff_s(self, attempts: int) -> float:
        """Seconds until the next try after so many."""
        return self.retry_s * BACKOFF[min(attempts, len(BACKOFF)) - 1]

    def _most(self, error: EnvironmentFault | TransientError) -> int:
        own = error.max_attempts if isinstance(error, TransientError) else None
        return min(self.max_attempts, own or self.max_attempts)

    def _back_s(self, error: EnvironmentFault | TransientError, attempts: int) -> float:
        if isinstance(error, EnvironmentFault):
            return self.retry_s * DAY[min(attempts, len(DAY)) - 1]
        return error.retry_after_s or self.backoff_s(attempts)


INTERRUPTED = Outcome("interrupted", Status.QUEUED, refund=True)
"""A shutdown is nobody's failure."""
RENEWED = Outcome("renewed", Status.QUEUED, refund=True, back_s=0)
"""The queue's last delivery of a message is not worked on: a copy of it is."""


def lost(error: LeaseLost) -> Outcome:
    """A queue that faltered is nobody's failure either, but work that outlasts what SQS lends must have an end."""
    return Outcome("lease_lost", Status.QUEUED, error.code, str(error), refund=error.code != LENT_OUT, back_s=0)


def _seconds_until(until: datetime | None, now: datetime) -> float:
    return PREMIERE_S if until is None else max(SOONEST_S, (until - now).total_seconds())
