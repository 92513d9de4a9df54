"""Real lectures to measure with, where they are: LECTERN_LECTURES, else `../shared/lectures` beside the repository."""

import json
import os
from pathlib import Path

from consumer.models import Source, Transcript
from infra.sandbox.paths import ROOT

FOLDER = Path(os.environ.get("LECTERN_LECTURES", ROOT.parent / "shared/lectures"))


def names() -> list[str]:
    """The lectures that there are, in order; none on another machine."""
    return sorted(path.stem for path in FOLDER.glob("*.json") if not path.stem.endswith(".meta"))


def transcript(name: str) -> Transcript:
    """What was said."""
    return Transcript.model_validate_json((FOLDER / f"{name}.json").read_text())


def source(name: str) -> Source:
    """Its title and a video of its own."""
    about = json.loads((FOLDER / f"{name}.meta.json").read_text())
    return Source(Path(f"{name}.mp4"), about["title"], about["youtube_id"])
