"""How long a new Revision takes to replace the whole group, by the template's own numbers."""

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from tests.bench.fleet.group import BUILT_S, PREPARED_S, PUBLISHED_S
from tests.support.infra.template import parsed

SHARES = {"fifth": Fraction(1, 5), "quarter": Fraction(1, 4), "third": Fraction(1, 3), "half": Fraction(1, 2)}
STARTS = {
    "with an image of your own": PREPARED_S,
    "with published images": PUBLISHED_S,
    "where instances build them": BUILT_S,
}
"""How an instance starts, in the words of RolloutBatch, and how long that takes."""


@dataclass(frozen=True)
class Rollout:
    """A batch leaves, then its successors start and say so; only then the next one leaves.

    `leave_s` is the longest that an instance may be kept by its drain. The unit takes two minutes less than that, which
    are left for EC2 to end the instance.
    """

    leave_s: float
    patience_s: float
    always_in_service: int

    def takes_s(self, instances: int, batch: int, launch_s: float) -> float:
        """From the update's start to the last instance's sign, at the longest that succeeds."""
        if launch_s > self.patience_s:
            raise ValueError(f"a launch of {launch_s:.0f} s is given up after {self.patience_s:.0f} s")
        at_a_time = min(batch, instances - self.always_in_service)
        return math.ceil(instances / at_a_time) * (self.leave_s + launch_s)


def rollout_of_template() -> Rollout:
    """As the group's UpdatePolicy and the hook of its drain say."""
    group = parsed()["Resources"]["Workers"]
    rolling = group["UpdatePolicy"]["AutoScalingRollingUpdate"]
    if not rolling["WaitOnResourceSignals"]:
        raise ValueError("without signals each batch takes the whole PauseTime")
    (hook,) = group["Properties"]["LifecycleHookSpecificationList"]
    (pause_min,) = re.findall(r"^PT(\d+)M$", rolling["PauseTime"])
    return Rollout(float(hook["HeartbeatTimeout"]), 60.0 * int(pause_min), int(rolling["MinInstancesInService"]))


def recommended() -> dict[str, str]:
    """By the way that an instance starts the share of MaxInstances that RolloutBatch's description names."""
    words = parsed()["Parameters"]["RolloutBatch"]["Description"]
    shares = "|".join(SHARES)
    found = {start: re.findall(rf"\ba ({shares})(?: of MaxInstances)? {start}", words) for start in STARTS}
    return {start: share for start, (share,) in found.items()}


def batch_of(share: str, instances: int) -> int:
    """What to give as RolloutBatch."""
    return math.ceil(SHARES[share] * instances)


def row(start: str, instances: int) -> str:
    """A line of infra/README.md."""
    share, launch_s = recommended()[start], STARTS[start]
    batch = batch_of(share, instances)
    takes_min = rollout_of_template().takes_s(instances, batch, launch_s) / 60
    return f"| {start} | {launch_s / 60:.0f} min | a {share} of `MaxInstances`: {batch} | {takes_min:.0f} min |"
