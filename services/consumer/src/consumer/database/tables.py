"""Which tables there are: Lectern's own, and the one of videos, in which it tells their owner about each. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from consumer.errors import ConfigError
from consumer.models import Status

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?")
LEASE = ("attempts", "lease_owner", "lease_token", "lease_until")
TOLD = (
    *("youtube_url", "title", "channel", "duration_s", "language", "status", "progress"),
    *("error_code", "error_message", "audio_key", "transcript_key", "flashcards_key", "quiz_key", "manifest_key"),
    *("cost_usd", "created_at", "updated_at", "completed_at"),
)
"""What may be told; with the lease they are all columns of `video_state`, but for its id."""
KEYS = "keys"
"""All keys in one object, for a column of JSON."""


@dataclass(frozen=True)
class Tables:
    """`video` is the table of videos, with its schema where it has one; `schema` is where Lectern's own are.

    Without `columns` Lectern makes the table of videos, with every column under our name, and its rows. Else the table
    is its owner's, who makes the rows: of those only `columns` are written (ours: theirs), found by `id_column`.
    `statuses` are their words for ours. Raises ConfigError for what is no name.
    """

    video: str = "video"
    schema: str = "lectern"
    id_column: str = "id"
    columns: Mapping[str, str] | None = None
    statuses: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        quote(self.video)
        if "." in self.schema or not IDENTIFIER.fullmatch(self.schema):
            raise ConfigError(f"LECTERN_SCHEMA={self.schema!r} should be a schema's name, such as lectern")
        if self.columns is None and (self.id_column != "id" or self.statuses):
            raise ConfigError("VIDEO_ID_COLUMN and VIDEO_STATUSES are for a table of yours: name its VIDEO_COLUMNS too")
        _check_known("VIDEO_COLUMNS", self.columns or {}, (*TOLD, "attempts", KEYS))
        _check_known("VIDEO_STATUSES", self.statuses or {}, tuple(Status))

    @property
    def are_ours(self) -> bool:
        """Whether Lectern makes the table of videos and its rows."""
        return self.columns is None

    @property
    def written(self) -> Mapping[str, str]:
        """The columns that are written: theirs by our name."""
        return {name: name for name in (*TOLD, *LEASE)} if self.columns is None else self.columns

    def word(self, status: Status) -> str:
        """Their word for a status."""
        return (self.statuses or {}).get(status, status)

    def asks_anew(self, word: str | None) -> bool:
        """Whether a row whose status is this word waits to be worked on, whatever became of it before."""
        return word == self.word(Status.QUEUED) and word not in {self.word(each) for each in Status if each.is_end}


def parse_pairs(text: object) -> object:
    """`ours=theirs,ours=theirs` as a dict. Raises ValueError."""
    if not isinstance(text, str):
        return text
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    if wrong := [name for name, sign, value in pairs if not sign or not name.strip() or not value.strip()]:
        raise ValueError(f"{wrong[0].strip()!r} should be a pair: ours=theirs,ours=theirs")
    return {name.strip(): value.strip() for name, _, value in pairs}


def quote(table: str) -> str:
    """A table's name as SQL wants it, with its schema if it has one. Raises ConfigError."""
    if not IDENTIFIER.fullmatch(table):
        raise ConfigError(f"VIDEO_TABLE={table!r} should be a table's name, such as video or app.video")
    return ".".join(quote_name(part) for part in table.split("."))


def quote_name(name: str) -> str:
    """One name, whatever is in it, as SQL wants it."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """A text as SQL wants it; with a backslash it is read as it stands."""
    return "'" + text.replace("'", "''") + "'"


def _check_known(setting: str, given: Mapping[str, str], known: tuple[str, ...]) -> None:
    if wrong := [name for name in given if name not in known]:
        raise ConfigError(f"{setting}: there is no {wrong[0]!r}; there are {' '.join(known)}")
