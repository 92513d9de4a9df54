"""A video's row and its history as an operator reads them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from consumer.database.evidence import Broken
from consumer.models import Status


def print_row(console: Console, row: Mapping[str, Any]) -> None:
    """A row, one column a line, without what is empty."""
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in row.items():
        if value not in (None, ""):
            table.add_row(name, escape(_shown(name, value)))
    console.print(table)


def waiting(row: Mapping[str, Any], broken: Iterable[Broken]) -> dict[str, str]:
    """What is broken that a queued video waits for, as one more column; nothing where it waits for its turn only."""
    if row["status"] != Status.QUEUED:
        return {}
    told: dict[str, str] = {}
    for each in broken:  # one of several consumers will do
        told[each.dependency] = f"{each.said} (since {_time(each.since)}, next try {_time(each.probe_at)})"
    return {"waiting": "; ".join(f"{name}: {words}" for name, words in told.items())} if told else {}


def print_list(console: Console, rows: Sequence[Mapping[str, Any]], statuses: Sequence[Status] = ()) -> None:
    """A row a line: id, status, how far it is, when it changed, its title, and what went wrong.

    `statuses` are those that were asked for, where not all were.
    """
    if not rows:
        nothing = f"no video is {' or '.join(statuses)}" if statuses else "there is no video yet: lectern submit URL"
        console.print(nothing, highlight=False)
    for row in rows:
        told = "  ".join(words for words in (row["title"], row["error_message"]) if words)
        line = f"{row['id']:<12} {row['status']:<12} {row['progress']:>4.0%}  {_time(row['updated_at'])}  {told}"
        console.print(line, soft_wrap=True, highlight=False, markup=False)


def to_json(value: object) -> str:
    """Times as ISO 8601, sums of money as numbers."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str | float:
    if isinstance(value, datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)


def print_history(
    console: Console, row: Mapping[str, Any], attempts: Sequence[Mapping[str, Any]], stages: Sequence[Mapping[str, Any]]
) -> None:
    """What happened to a video, in the order it happened, and what happens next."""
    title = escape(row.get("title") or "")
    address = row.get("youtube_url") or ""
    console.print(f"[bold]{escape(row['id'])}[/] {address}  {title}", highlight=False, soft_wrap=True)
    for attempt in attempts:
        ended = attempt["outcome"] or ("under way" if row["lease_token"] == attempt["token"] else "killed")
        console.print(f"\nattempt {attempt['token']} by {attempt['owner']}: {ended}", highlight=False)
        console.print(f"  {_time(attempt['started_at'])} began", highlight=False)
        for stage in stages:
            if stage["token"] == attempt["token"]:
                console.print(f"  {_time(stage['started_at'])} {stage['stage']}", highlight=False)
        if attempt["ended_at"]:
            why = f": {attempt['error_message']}" if attempt["error_message"] else ""
            line = f"  {_time(attempt['ended_at'])} {ended}{why}"
            console.print(line, highlight=False, markup=False, soft_wrap=True)
    status, said = Status.named(row["status"]), row.get("error_message") or ""
    following = _following(row, status, attempts)
    rests = status is not None and (status.is_end or status in {Status.QUEUED, Status.SCHEDULED})
    why = f": {said}" if said and rests else ""
    console.print(f"\nnow: {row['status']}{why}; {following}", highlight=False, markup=False, soft_wrap=True)


def _following(row: Mapping[str, Any], status: Status | None, attempts: Sequence[Mapping[str, Any]]) -> str:
    """What happens next. A time is the earliest: then the next free consumer takes it."""
    if row.get("waiting"):
        return f"waiting: {row['waiting']}"
    next_at = attempts[-1]["next_at"] if attempts else None
    if status is Status.SCHEDULED or (status is Status.QUEUED and row.get("error_message")):
        when = f"from {_time(next_at)} on" if next_at else "when its message comes back"
        return f"next: it is tried again {when}"
    return f"next: {status.next_step if status else 'unknown'}"


def _shown(name: str, value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return f"{value:.0%}" if name == "progress" and isinstance(value, float) else str(value)


def _time(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="seconds")
