"""The instances, and the template's policy as AWS follows it."""

import math
from dataclasses import dataclass, field

from tests.bench.fleet.videos import AROUND_S, Video
from tests.support.infra.template import parsed

TICK_S = 30.0
# From the wish for an instance to its first message, by what it starts with; none of it was measured on AWS.
BUILT_S, PUBLISHED_S, PREPARED_S = 15 * 60.0, 7 * 60.0, 4 * 60.0
OUT_AFTER, IN_AFTER, IN_BELOW = 3, 15, 0.9  # minutes, minutes, of the target


@dataclass(frozen=True)
class Policy:
    """What the template says; `launch_s` is from the wish to the first message."""

    least: int
    most: int
    target: float
    slots: int
    launch_s: float
    counts_hidden: bool = False
    protects: bool = True


def policy_of_template(launch_s: float, **changes: float) -> Policy:
    """The defaults of the template's parameters."""
    given = parsed()["Parameters"]
    chosen = {
        name: given[name]["Default"] for name in ("MinInstances", "MaxInstances", "BacklogPerInstance", "Concurrency")
    }
    chosen.update(changes)
    return Policy(
        int(chosen["MinInstances"]),
        int(chosen["MaxInstances"]),
        float(chosen["BacklogPerInstance"]),
        int(chosen["Concurrency"]),
        launch_s,
    )


@dataclass
class Instance:
    """It works from `ready_s` on; half of what surrounds the GPU comes before it, half after."""

    ready_s: float
    work: list[Video] = field(default_factory=list[Video])
    busy_s: float = 0.0

    def tick(self) -> list[Video]:
        """Half a minute of work; what was finished in it."""
        hearing = [video for video in self.work if video.gpu_s > 0 and video.around_s <= AROUND_S / 4]
        share_s = TICK_S / max(1, len(hearing))
        for video in self.work:
            if video in hearing:
                self.busy_s += min(share_s, video.gpu_s)
                video.gpu_s = max(0.0, video.gpu_s - share_s)
            else:
                video.around_s = max(0.0, video.around_s - TICK_S)
        done = [video for video in self.work if video.gpu_s <= 0 and video.around_s <= 0]
        self.work = [video for video in self.work if video not in done]
        return done


@dataclass
class Group:
    """The instances, and what the two alarms of target tracking have seen."""

    policy: Policy
    instances: list[Instance] = field(default_factory=list[Instance])
    over: int = 0
    under: int = 0
    sizes: list[int] = field(default_factory=list[int])
    turned_away: int = 0

    def launch(self, count: int, now_s: float, delay_s: float | None = None) -> None:
        delay_s = self.policy.launch_s if delay_s is None else delay_s
        self.instances += [Instance(now_s + delay_s) for _ in range(count)]

    def resize(self, waiting: int, hidden: int, now_s: float) -> None:
        """Once a minute: the template's metric, and what AWS makes of it."""
        policy, size = self.policy, len(self.instances)
        working = sum(len(each.work) for each in self.instances)
        backlog = waiting + working + (hidden if policy.counts_hidden else 0)
        if size == 0:
            self.launch(min(1, policy.most) if waiting else 0, now_s)  # the alarm that wakes an empty group
            return
        metric = backlog / size
        self.over = self.over + 1 if metric > policy.target else 0
        self.under = self.under + 1 if metric < IN_BELOW * policy.target else 0
        wanted = min(policy.most, max(policy.least, math.ceil(backlog / policy.target)))
        if self.over >= OUT_AFTER and wanted > size:
            self.launch(wanted - size, now_s)
            self.over = 0
        elif self.under >= IN_AFTER and wanted < size:
            self.shrink(size - wanted)
            self.under = 0
        self.sizes.append(len(self.instances))

    def shrink(self, count: int) -> None:
        """Those that work on a video are protected; what is left for another minute is asked for again then."""
        free = [each for each in self.instances if not (self.policy.protects and each.work)]
        for each in free[:count]:
            self.turned_away += len(each.work)
            self.instances.remove(each)
