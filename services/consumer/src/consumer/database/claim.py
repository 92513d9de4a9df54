"""The right to work on a video, why there is none, and what is said at its end. Pure."""

from dataclasses import dataclass

from consumer.models import Status

Ended = tuple[str, str | None, str | None, float | None]
"""How an attempt ended: its outcome, code and words, and in how many seconds the next may begin."""


@dataclass(frozen=True)
class Claim:
    """The right to work on a video, until the lease runs out.

    `token` grows with every claim of the row and fences every write; `attempts` counts this one. `language` is what
    this message or an earlier one asked for.
    """

    video_id: str
    token: int
    attempts: int
    language: str | None = None


@dataclass(frozen=True)
class Unclaimed:
    """Why there was nothing to claim: the video has its end, or somebody holds it for `held_s` seconds.

    `status` is the row's, which may be a word of another service that owns the table; "gone" where there is no row.
    """

    status: str
    held_s: float

    @property
    def has_ended(self) -> bool:
        """Whether nobody will work on the video any more."""
        status = Status.named(self.status)
        return status is not None and status.is_end


@dataclass(frozen=True)
class Completion:
    """What the row says in the end: `keys` are of the objects, by file name; `language` is ISO 639-1."""

    title: str
    channel: str | None
    duration_s: float
    language: str
    keys: dict[str, str]
