"""Speech to text over HTTP with one warm Whisper model. Start reading at `app.create_app`."""

from importlib import metadata


def version() -> str:
    """That of the installed distribution, whose pyproject.toml says it once."""
    return metadata.version("lectern-transcriber")
