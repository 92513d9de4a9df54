"""What a system heard: words and cues with their times, kept in files so that rivals are asked once."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Timed:
    """Text shown from `start` to `end`, in seconds of the lecture."""

    start: float
    end: float
    text: str


@dataclass(frozen=True)
class Heard:
    """One answer; `cues` as a subtitle file would show them, a line break where theirs has one."""

    segments: tuple[Timed, ...]
    words: tuple[Timed, ...]
    cues: tuple[Timed, ...]
    cpu_s: float
    wall_s: float

    def write(self, path: Path) -> None:
        """Keep it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), "utf-8")

    @classmethod
    def read(cls, path: Path) -> "Heard":
        """What was kept."""
        found = json.loads(path.read_text("utf-8"))
        timed = {name: tuple(Timed(**one) for one in found.pop(name)) for name in ("segments", "words", "cues")}
        return cls(**timed, **found)
