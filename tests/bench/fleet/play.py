"""One day of a group, half a minute at a time."""

import heapq
import itertools
import random
import statistics
from dataclasses import dataclass, field

from tests.bench.fleet.group import TICK_S, Group, Policy
from tests.bench.fleet.videos import DAY_S, HOUR_S, Load, Video, arrivals


@dataclass
class Played:
    """What became of a day. Waiting is from the time a video could be worked on to its first attempt."""

    waits_s: list[float] = field(default_factory=list[float])
    lecture_h: float = 0.0
    instance_h: float = 0.0
    gpu_busy_h: float = 0.0
    most_instances: int = 0
    turned_away: int = 0
    reversals: int = 0
    left: int = 0

    def wait_min(self, percent: int) -> float:
        return statistics.quantiles(self.waits_s or [0.0, 0.0], n=100)[percent - 1] / 60

    def usd_an_hour(self, usd: float) -> float:
        """Of instances alone, for an hour of lecture."""
        return usd * self.instance_h / max(self.lecture_h, 1e-9)


def play(load: Load, policy: Policy, *, days: float = 1.5, seed: int = 1) -> Played:
    """A day's arrivals, and half a day for what is left of them."""
    chance = random.Random(seed)
    coming = sorted(arrivals(load, chance), key=lambda video: video.sent_s)[::-1]
    hidden: list[tuple[float, int, Video]] = []
    numbers = itertools.count()
    waiting: list[Video] = []
    group, played = Group(policy), Played()
    group.launch(policy.least, 0.0, 0.0)
    for tick in range(int(days * DAY_S / TICK_S)):
        now_s = tick * TICK_S
        while coming and coming[-1].sent_s <= now_s:
            video = coming.pop()
            heapq.heappush(hidden, (video.due_s, next(numbers), video))
        while hidden and hidden[0][0] <= now_s:
            waiting.append(heapq.heappop(hidden)[2])
        waiting = _serve(group, waiting, played, now_s)
        waiting += _lose(group, load, chance, played)
        if tick % 2 == 0:
            group.resize(len(waiting), len(hidden), now_s)
        played.instance_h += len(group.instances) * TICK_S / HOUR_S
        played.most_instances = max(played.most_instances, len(group.instances))
    played.left = len(waiting) + len(hidden) + sum(len(each.work) for each in group.instances)
    played.turned_away = group.turned_away
    played.reversals = _reversals(group.sizes)
    return played


def _serve(group: Group, waiting: list[Video], played: Played, now_s: float) -> list[Video]:
    """Each instance takes what it has room for, in turn, and works; what still waits."""
    ready = [each for each in group.instances if each.ready_s <= now_s]
    taken = 0
    for free in range(group.policy.slots, 0, -1):
        for each in ready:
            if taken < len(waiting) and group.policy.slots - len(each.work) >= free:
                video = waiting[taken]
                taken += 1
                played.waits_s.append(now_s - video.due_s)
                video.begin()
                each.work.append(video)
    for each in ready:
        before_s = each.busy_s
        played.lecture_h += sum(video.length_s for video in each.tick()) / HOUR_S
        played.gpu_busy_h += (each.busy_s - before_s) / HOUR_S
    return waiting[taken:]


def _lose(group: Group, load: Load, chance: random.Random, played: Played) -> list[Video]:
    """Spot instances that AWS takes back; their videos wait again."""
    lost = [each for each in group.instances if chance.random() < load.spot_losses_a_day * TICK_S / DAY_S]
    group.instances = [each for each in group.instances if each not in lost]
    return [video for each in lost for video in each.work]


def _reversals(sizes: list[int], within: int = 30) -> int:
    """How often something was let go that was wanted again within half an hour."""
    changes = [
        (minute, after - before) for minute, (before, after) in enumerate(itertools.pairwise(sizes)) if after != before
    ]
    return sum(1 for (m1, d1), (m2, d2) in itertools.pairwise(changes) if d1 < 0 < d2 and m2 - m1 < within)
