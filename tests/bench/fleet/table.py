"""The rows of infra/README.md."""

from collections.abc import Iterator

from tests.bench.fleet.group import BUILT_S, PREPARED_S, PUBLISHED_S, Policy, policy_of_template
from tests.bench.fleet.play import Played
from tests.bench.fleet.videos import Load

USD_ON_DEMAND, USD_SPOT = 0.53, 0.20  # a g4dn.xlarge, an hour


def scenarios() -> Iterator[tuple[str, Load, Policy]]:
    """The rows of infra/README.md."""
    yield "10 a day, nothing kept running", Load(10), policy_of_template(BUILT_S, MinInstances=0)
    yield "10 a day, and 30 announced premieres", Load(10, premieres=30), policy_of_template(BUILT_S, MinInstances=0)
    yield "1,000 a day, the defaults", Load(1000), policy_of_template(BUILT_S)
    yield "1,000 a day, spot, published images", Load(1000, spot_losses_a_day=0.5), policy_of_template(PUBLISHED_S)
    yield "1,000 a day and a playlist of 5,000", Load(1000, 5000), policy_of_template(PUBLISHED_S, MaxInstances=20)
    yield (
        "100,000 a day, an image of your own",
        Load(100_000),
        policy_of_template(PREPARED_S, MinInstances=4, MaxInstances=130),
    )


def row(name: str, load: Load, played: Played) -> str:
    """A line of the table; turns are instances let go that were wanted again within half an hour."""
    usd = played.usd_an_hour(USD_SPOT if load.spot_losses_a_day else USD_ON_DEMAND)
    busy = played.gpu_busy_h / played.instance_h
    waits = f"{played.wait_min(50):.0f} min | {played.wait_min(95):.0f} min"
    return f"| {name} | {waits} | {played.most_instances} | {busy:.0%} | ${usd:.3f} | {played.reversals} |"
