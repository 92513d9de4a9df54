"""The step that fetches an uploaded recording from the bucket."""

from pathlib import Path, PurePosixPath
from typing import Protocol

from consumer.clients.s3 import Missing
from consumer.errors import PolicyError, VideoError
from consumer.models import Progress, Recording, Source
from consumer.text import printable


class RecordingStore(Protocol):
    """The bucket that recordings are uploaded to."""

    bucket: str

    async def fetch(self, key: str, into: Path, most_bytes: int, on_progress: Progress) -> None:
        """Write an object to a file. Raises Missing, PolicyError, TransientError or EnvironmentFault."""
        ...


async def fetch_recording(
    recording: Recording, into: Path, store: RecordingStore, most_bytes: int, on_progress: Progress
) -> Source:
    """Fetch a recording of at most `most_bytes` into the folder `into`; its title is the file's name.

    Raises PolicyError for another bucket or one too large, VideoError where there is none, and what the store raises.
    """
    if recording.bucket not in (None, store.bucket):
        raise PolicyError(f"recordings are read from the bucket {store.bucket} only", code="other_bucket")
    path = into / "recording"
    try:
        await store.fetch(recording.key, path, most_bytes, on_progress)
    except Missing as error:
        raise VideoError(f"there is no recording {recording.key}", code="no_recording") from error
    return Source(path, title=printable(PurePosixPath(recording.key).stem))
