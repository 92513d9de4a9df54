"""Who is to blame for a failure: the video, or a world in which every video would fail. The whole rule. Pure.

| what it says                                        | what others met meanwhile                          | blamed |
|-----------------------------------------------------|----------------------------------------------------|--------|
| SETUP: a key, an address, a disk, a limit: this     | some came through here since this video failed so  | video  |
| would fail everybody                                | anything else, nobody included                     | world  |
| DOUBTFUL: it refuses, breaks off or does not answer | two others failed since one came through           | world  |
|                                                     | nobody tells, and the dependency fails a probe too | world  |
|                                                     | anything else                                      | video  |
| OWN: about this video alone                         | whatever they met                                  | video  |

A blamed video spends its attempts and ends with what was said. A blamed world gives the attempt back: the circuit
breaker of that dependency opens.
"""

from dataclasses import dataclass
from enum import Enum

from consumer.errors import Dependency, EnvironmentFault, LecternError, TransientError
from consumer.youtube.rules import REFUSALS

FAILED_OTHERS = 2
"""Two bad videos one after the other are common in a playlist; three are not."""
WINDOW_S = 3600.0
"""How long an outcome counts. While receiving is stopped, whoever waits is tried again within minutes."""


class Blame(Enum):
    """Who is to blame."""

    VIDEO = "video"
    WORLD = "world"


class Sign(Enum):
    """What an error says by itself."""

    SETUP = "setup"
    DOUBTFUL = "doubtful"
    OWN = "own"


@dataclass(frozen=True)
class Neighbours:
    """What other videos met at the dependency in the last hour.

    `failed` have failed there since one came through; `passed` says that one came through here since this video had
    failed there; `probe_failed` that the dependency, asked by itself, fails as well (None: it cannot be asked).
    """

    failed: int = 0
    passed: bool = False
    probe_failed: bool | None = None


def sign_of(error: LecternError) -> Sign:
    """A refusal of YouTube's may be about an address or about one video; what bounds its own tries is about a video."""
    if isinstance(error, EnvironmentFault):
        return Sign.DOUBTFUL if error.code in REFUSALS else Sign.SETUP
    if isinstance(error, TransientError) and error.dependency and error.max_attempts is None:
        return Sign.DOUBTFUL
    return Sign.OWN


def dependency_of(error: LecternError) -> Dependency:
    """Who failed; what names nobody is this machine's."""
    return error.dependency or Dependency.MACHINE


def judge(sign: Sign, neighbours: Neighbours) -> Blame:
    """Who is to blame for an error of this sign."""
    if sign is Sign.SETUP:
        return Blame.VIDEO if neighbours.passed else Blame.WORLD
    shared = neighbours.failed >= FAILED_OTHERS or bool(neighbours.probe_failed)
    return Blame.WORLD if sign is Sign.DOUBTFUL and shared else Blame.VIDEO
