"""SQL lives in files: statements named by a comment, found here by that name."""

import re
from importlib.resources import files

from consumer.errors import ConfigError
from consumer.models import Status

NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?")


def load_statements(video_table: str) -> dict[str, str]:
    """The statements of sql/videos.sql for this table; raises ConfigError for a name that is no identifier."""
    text = files("consumer.database").joinpath("sql/videos.sql").read_text()
    parts = NAME.split(text)[1:]
    quoted = quote(video_table)
    unended = ", ".join(f"'{status}'" for status in Status if not status.is_end)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {name: body.strip().rstrip(";").replace(":video", quoted).replace(":open", unended) for name, body in pairs}


def quote(table: str) -> str:
    """A table's name as SQL wants it, with its schema if it has one."""
    if not IDENTIFIER.fullmatch(table):
        raise ConfigError(f"VIDEO_TABLE={table!r} should be a table's name, such as video or app.video")
    return ".".join(f'"{part}"' for part in table.split("."))
