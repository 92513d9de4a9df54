"""Who is to blame for a refusal: the video, or a world in which every video would fail. The whole rule. Pure.

| what failed                       | what it says                        | other videos meanwhile      | blamed |
|-----------------------------------|-------------------------------------|-----------------------------|--------|
| this machine, its settings or way | disk full, no solver, proxy, limits | whatever they do            | world  |
| YouTube                           | it refuses (403, robot check, SABR) | two were refused since one  | world  |
|                                   |                                     | came through                |        |
| YouTube                           | the same                            | fewer were refused          | video  |

A blamed video spends its attempts, spread over a day, and ends with what was said. A blamed world stops the receiving
and gives the attempt back.
"""

from dataclasses import dataclass
from enum import Enum

from consumer.errors import EnvironmentFault
from consumer.models import Stage
from consumer.youtube.rules import REFUSALS

REFUSED_OTHERS = 2
"""Two bad videos one after the other are common in a playlist; three are not."""
WINDOW_S = 3600.0
"""How long a refusal counts. While receiving is stopped, whoever waits is tried again within minutes."""


class Blame(Enum):
    """Who is to blame."""

    VIDEO = "video"
    WORLD = "world"


@dataclass(frozen=True)
class Dependency:
    """Somebody who may refuse one video and serve the others; a video came through where its stage `passed` began."""

    name: str
    refusals: frozenset[str]
    passed: Stage


DEPENDENCIES = (Dependency("YouTube", REFUSALS, "audio"),)


def doubted(error: EnvironmentFault) -> Dependency | None:
    """Whose refusal it is, if it may be about this video alone; None where the error is proof enough."""
    return next((each for each in DEPENDENCIES if error.code in each.refusals), None)


def judge(error: EnvironmentFault, refused_others: int) -> Blame:
    """`refused_others` is how many other videos the dependency refused since one came through."""
    if doubted(error) and refused_others < REFUSED_OTHERS:
        return Blame.VIDEO
    return Blame.WORLD
