"""SQL lives in files: statements named by a comment, found here by that name."""

import re
from collections.abc import Mapping
from importlib.resources import files

from consumer.database.tables import Tables, quote, quote_name
from consumer.models import Status

NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
BLANK = re.compile(r"(?<![:\w]):(\w+)")
STATE, ATTEMPT, STAGE = "video_state", "video_attempt", "video_stage"


def blanks(tables: Tables) -> dict[str, str]:
    """What stands for the names in the statements: our tables, theirs, and the one that shows a video to a person.

    Raises ConfigError for what is no name.
    """
    own = quote_name(tables.schema)
    return {
        "video": quote(tables.video),
        "shown": quote(tables.video) if tables.are_ours else f"{own}.{STATE}",
        "state": f"{own}.{STATE}",
        "attempt": f"{own}.{ATTEMPT}",
        "stage": f"{own}.{STAGE}",
        "outcome": f"{own}.dependency_outcome",
        "breaker": f"{own}.dependency_breaker",
        "payment": f"{own}.video_payment",
        "content": f"{own}.video_content",
        "open": ", ".join(f"'{status}'" for status in Status if not status.is_end),
    }


def statements(file: str, filled: Mapping[str, str]) -> dict[str, str]:
    """The statements of a file of sql/, with their blanks filled in; other colons stay."""
    parts = NAME.split(files("consumer.database").joinpath("sql", file).read_text())[1:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {name: fill(body.strip().rstrip(";"), filled) for name, body in pairs}


def fill(sql: str, filled: Mapping[str, str]) -> str:
    """`:name` becomes what stands for it."""
    return BLANK.sub(lambda found: filled.get(found[1], found[0]), sql)
