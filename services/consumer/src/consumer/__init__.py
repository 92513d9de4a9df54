"""Turns queued YouTube lectures into transcripts, flashcards and quizzes. Start reading at `pipeline.run`."""

from importlib import metadata


def version() -> str:
    """That of the installed distribution, whose pyproject.toml says it once."""
    return metadata.version("lectern-consumer")
