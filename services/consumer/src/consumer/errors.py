"""Everything that can go wrong, and what then happens to the message and to the row.

LecternError                 message            row                      attempt spent
├── ConfigError              (the process ends with code 2 before it receives anything)
├── BadMessage               deleted            rejected, says why       no    without a row: a dead letter
├── RowRefused               released           there is none            no    in the end a dead letter
├── VideoError               deleted            failed, says why         yes   never again: private, gone, no sound
├── PolicyError              deleted            rejected, says why       no    too long
├── NotYet                   released until     scheduled, says when     no    a premiere, live now
├── TransientError           released, backoff  queued, says what        yes   failed when attempts run out
│                            released           queued                   no    where `worker.blame` blames the world
├── EnvironmentFault         released           queued                   no    we are broken: stop receiving, health red
│                            released, a day    queued, says what        yes   where `worker.blame` blames the video
└── LeaseLost                left alone         left alone               –     somebody else works on it now
"""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum

from consumer.text import printable, without_credentials

LENT_OUT = "lent_out"
"""The code of a lease that ended because a queue lends no message for so long."""


class Dependency(StrEnum):
    """Who a video needs, by the name that operators read. This machine is its disk and programs."""

    QUEUE = "queue"
    DATABASE = "database"
    BUCKET = "bucket"
    TRANSCRIBER = "transcriber"
    MODEL = "language model"
    YOUTUBE = "YouTube"
    MACHINE = "this machine"


class LecternError(Exception):
    """The root. `code` is stable and for machines; the text is for the user who waits for the video.

    `dependency` is who failed, or found the video at fault. The text ends in rows, logs and health:
    passwords in addresses, and what Postgres cannot hold, are taken out here.
    """

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, dependency: Dependency | None = None) -> None:
        super().__init__(without_credentials(printable(message)))
        self.code = code or self.code
        self.dependency = dependency


class ConfigError(LecternError):
    """A setting is missing or wrong; the text names it and says what it should be."""

    code = "config"


class BadMessage(LecternError):
    """The message is not one of ours. `video_id` is set when the message at least named its row."""

    code = "bad_message"

    def __init__(self, message: str, *, code: str | None = None, video_id: str | None = None) -> None:
        super().__init__(message, code=code)
        self.video_id = video_id


class RowRefused(LecternError):
    """The table of videos takes no such row: its own rules forbid it, or the id is not of its kind."""

    code = "row_refused"


class VideoError(LecternError):
    """This video will never work."""

    code = "video"


class PolicyError(LecternError):
    """We will not do this video."""

    code = "policy"


class NotYet(LecternError):
    """The video does not exist yet; `until` is when to come back, if known."""

    code = "not_yet"

    def __init__(self, message: str, *, code: str | None = None, until: datetime | None = None) -> None:
        super().__init__(message, code=code)
        self.until = until


class TransientError(LecternError):
    """Trying again later may help.

    `retry_after_s` is what the other side asked for; `max_attempts` bounds the tries where fewer than usual make sense.
    """

    code = "transient"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        dependency: Dependency | None = None,
        retry_after_s: float | None = None,
        max_attempts: int | None = None,
    ) -> None:
        super().__init__(message, code=code, dependency=dependency)
        self.retry_after_s = retry_after_s
        self.max_attempts = max_attempts


class EnvironmentFault(LecternError):
    """Every video would fail here and now: blocked address, dead key, full disk, no solver."""

    code = "environment"


class LeaseLost(LecternError):
    """Another consumer owns the video now: stop, write nothing, delete nothing."""

    code = "lease_lost"


@contextmanager
def attributed(dependency: Dependency) -> Generator[None]:
    """What fails inside and names nobody was seen, or done, by this one."""
    try:
        yield
    except LecternError as error:
        error.dependency = error.dependency or dependency
        raise
