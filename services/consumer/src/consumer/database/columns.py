"""One of our columns as a value for one of theirs, in SQL, whatever its type. `s` is our row, `t` theirs. Pure."""

from dataclasses import dataclass

from consumer.database.tables import KEYS, LEASE, TOLD, Tables, quote_name, quote_text
from consumer.models import Status

FREE_TEXT = {"title", "channel", "error_message"}
"""What may be cut to a column's length; of the rest a part would be wrong."""
CLEARED = {"error_code", "error_message", *LEASE}
"""What is told when it is empty, too; else their value stays."""
TIMES = {"created_at", "updated_at", "completed_at", "lease_until"}


@dataclass(frozen=True)
class Column:
    """One of theirs: its type as SQL names it, the base type, and what it holds: text, no NULL, `most` characters.

    For people: the type as it is `shown`, and the `labels` of an enum.
    """

    name: str
    type: str
    base: str
    is_text: bool
    is_required: bool
    most: int | None
    shown: str
    labels: str | None


def value(ours: str, column: Column, tables: Tables) -> str:
    """What theirs becomes. An address stays as its owner wrote it; an empty value of ours changes what it must."""
    current, new = f"t.{quote_name(column.name)}", _cast(ours, column, tables)
    if tables.are_ours:
        return new if ours in CLEARED else f"coalesce({new}, {current})"
    if ours == "youtube_url":
        return f"coalesce({current}, {new})"
    if ours not in CLEARED:
        return f"coalesce({new}, {current})"
    if not column.is_required:
        return new
    return f"coalesce({new}, {quote_text('') if column.is_text else current})"


def _cast(ours: str, column: Column, tables: Tables) -> str:
    """One of their type; never of its length, which would cut it without a word."""
    new = _source(ours, tables)
    if column.base in ("json", "jsonb"):
        return f"to_jsonb({new})::{column.type}"
    if ours in TIMES and column.base == "timestamp":
        new = f"({new} AT TIME ZONE 'UTC')"
    if ours in FREE_TEXT and column.most:
        new = f"left({new}, {column.most})"
    return f"CAST({new} AS {column.type})"


def _source(ours: str, tables: Tables) -> str:
    if ours == KEYS:
        names = [name.removesuffix("_key") for name in TOLD if name.endswith("_key")]
        pairs = ", ".join(f"'{name}', s.{name}_key" for name in names)
        return f"nullif(jsonb_strip_nulls(jsonb_build_object({pairs})), '{{}}'::jsonb)"
    if ours != "status" or tables.are_ours:
        return f"s.{ours}"
    cases = " ".join(f"WHEN '{each}' THEN {quote_text(tables.word(each))}" for each in Status)
    return f"CASE s.status {cases} END"
