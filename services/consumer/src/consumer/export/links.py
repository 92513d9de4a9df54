"""Addresses of a moment in the video."""

from consumer.models import Source


def moment(source: Source, start_s: float) -> str | None:
    """The video at a second; None for a file, which has no address."""
    if source.youtube_id is None:
        return None
    return f"https://www.youtube.com/watch?v={source.youtube_id}&t={int(start_s)}s"
