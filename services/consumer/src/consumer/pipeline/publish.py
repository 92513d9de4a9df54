"""The step that stores everything: the assets first, the manifest last, so that a manifest never lies."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from consumer.clients.s3 import StoredObject
from consumer.export.files import MEDIA_TYPES, JobResult
from consumer.models import Progress


class ObjectStore(Protocol):
    """Where results go: objects under keys, each written once."""

    async def put(self, key: str, path: Path, media_type: str) -> StoredObject:
        """Store a file. Raises TransientError or EnvironmentFault."""
        ...


async def publish(
    made: JobResult, files: dict[str, Path], store: ObjectStore, prefix: str, on_progress: Progress
) -> dict[str, str]:
    """Store the files (paths by name) under `prefix`, the manifest last; the keys by name, `manifest.json` among them.

    Raises what the store raises; then there is no manifest, and what was stored is not pointed at.
    """
    stored: dict[str, StoredObject] = {}
    for number, (name, path) in enumerate(files.items(), 1):
        stored[name] = await store.put(f"{prefix}/{name}", path, MEDIA_TYPES[name])
        on_progress(number / (len(files) + 1))
    manifest = made.audio.path.with_name("manifest.json")
    manifest.write_text(json.dumps(_manifest(made, stored), ensure_ascii=False, indent=1), encoding="utf-8")
    last = await store.put(f"{prefix}/manifest.json", manifest, "application/json")
    on_progress(1.0)
    return {name: each.key for name, each in stored.items()} | {"manifest.json": last.key}


def _manifest(made: JobResult, stored: dict[str, StoredObject]) -> dict[str, Any]:
    source, transcript, material = made.source, made.transcript, made.material
    return {
        "version": 1,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "video": {"youtube_id": source.youtube_id, "title": source.title, "channel": source.channel},
        "duration_s": made.audio.duration_s,
        "language": transcript.language,
        "models": {"transcription": transcript.model, "study": material.model, "provider": material.provider},
        "usage": material.usage.model_dump(),
        "cost_usd": material.usage.cost_usd,
        "stages": {stage: used.model_dump() for stage, used in material.stages.items()},
        "notes": {"verified": material.verified, "dropped": material.dropped},
        "seconds": {stage: round(seconds, 3) for stage, seconds in made.seconds.items()},
        "reused": list(made.reused),
        "coverage": transcript.coverage.model_dump(),
        "warnings": list(material.warnings),
        "files": {
            name: {"key": each.key, "sha256": each.sha256, "size_bytes": each.size_bytes}
            for name, each in stored.items()
        },
    }
