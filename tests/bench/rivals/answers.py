"""What clients send to a contender, and what they get."""

from dataclasses import dataclass
from pathlib import Path

LONGEST_S = 1800.0


@dataclass(frozen=True)
class Upload:
    """A file, how long it plays, and what is said in it."""

    path: Path
    seconds: float
    text: str


@dataclass(frozen=True)
class Answer:
    """What came back, and the seconds until its first sentence and until its end. `wrong` says why there is no text."""

    text: str
    first_s: float
    whole_s: float
    wrong: str = ""
