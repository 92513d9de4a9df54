"""SQL lives in files: statements named by a comment, found here by that name."""

import re
from importlib.resources import files

from consumer.errors import ConfigError
from consumer.models import Status

NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?")


def load_statements(video_table: str) -> dict[str, str]:
    """The statements of sql/videos.sql for this table; raises ConfigError for a name that is no identifier."""
    quoted = quote(video_table)
    unended = ", ".join(f"'{status}'" for status in Status if not status.is_end)
    statements = load_named("videos").items()
    return {name: body.replace(":video", quoted).replace(":open", unended) for name, body in statements}


def load_named(file: str) -> dict[str, str]:
    """The statements of one file of sql/, as they stand there."""
    parts = NAME.split(files("consumer.database").joinpath(f"sql/{file}.sql").read_text())[1:]
    return {name: body.strip().rstrip(";") for name, body in zip(parts[::2], parts[1::2], strict=True)}


def quote(table: str) -> str:
    """A table's name as SQL wants it, with its schema if it has one."""
    if not IDENTIFIER.fullmatch(table):
        raise ConfigError(f"VIDEO_TABLE={table!r} should be a table's name, such as video or app.video")
    return ".".join(f'"{part}"' for part in table.split("."))
