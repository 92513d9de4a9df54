"""Which calls of a language model were paid for twice, and which of them a kill, a freeze or a cut had cut off. Pure.

The rule: of all askings of one request at most one may have gone undisturbed. An asking is disturbed where its consumer
was killed or frozen, lost its lease, or had its connection cut, between shortly before it came and KEPT_S after it was
answered. A stop (SIGTERM) disturbs nothing: what is under way is waited for, and kept.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from infra.sandbox.standins.model_api import Asking

ON_ITS_WAY_S = 1.0
"""What was sent just before a kill arrives a little later."""
KEPT_S = 10.0
"""By then an answer is kept, also where the bucket is just refusing it."""
LECTURE = re.compile(r"[Ll]ecture (?:number )?(\d+)")
TITLE, SOUND = re.compile(r"Lecture number (\d+)"), re.compile(r"in lecture (\d{5,})")
"""What is said names the sound, so long that no quote that breaks off in it is another's."""


@dataclass(frozen=True)
class Disturbance:
    """Of the consumer `process`, or of all where it is None; `at` is Unix time."""

    at: float
    what: str
    process: int | None = None


def was_disturbed(asking: Asking, disturbances: Iterable[Disturbance]) -> bool:
    """Whether the answer to this asking may have been lost."""
    first, last = asking.came_at - ON_ITS_WAY_S, asking.answered_at + KEPT_S
    return any(
        first <= each.at <= last and (each.process is None or str(each.process) == asking.asker)
        for each in disturbances
    )


def paid_twice(askings: Sequence[Asking], disturbances: Sequence[Disturbance]) -> list[str]:
    """A sentence for each request that was asked again though nothing had cut it off."""
    found: list[str] = []
    for body, same in groupby(sorted(askings, key=_request), key=_request):
        undisturbed = [each for each in same if not was_disturbed(each, disturbances)]
        if len(undisturbed) > 1:
            times = " and ".join(_told(each) for each in sorted(undisturbed, key=lambda each: each.came_at))
            found.append(f"paid for twice: {_about(body)} was asked {times}")
    return found


def bought_again(askings: Sequence[Asking]) -> set[str]:
    """The numbers of the lectures of which a request was asked more than once: their rows know each price.

    A judge is not told the title: there the lecture is known by its sound, which other requests name beside the title.
    """
    bodies = Counter(_request(each) for each in askings)
    again = {body for body, times in bodies.items() if times > 1}
    sounds = {sound for body in again for sound in SOUND.findall(body)}
    mine = [body for body in bodies if body in again or not sounds.isdisjoint(SOUND.findall(body))]
    return {number for body in mine for number in TITLE.findall(body)}


def asked_again(askings: Sequence[Asking]) -> int:
    """Askings beyond the first of each request."""
    return len(askings) - len({_request(each) for each in askings})


def _request(asking: Asking) -> str:
    return json.dumps(asking.body, sort_keys=True)


def _about(body: str) -> str:
    """Which lecture it is about, by the words that each has for itself, and how the request ends."""
    lectures = sorted(set(LECTURE.findall(body)))
    return f"lecture {', '.join(lectures)} {body[-80:]!r}"


def _told(asking: Asking) -> str:
    left = ", who had left" if asking.was_left else ""
    return f"by {asking.asker or 'somebody'} from {asking.came_at:.2f} to {asking.answered_at:.2f}{left}"
