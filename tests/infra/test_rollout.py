"""How long a release takes, by the template's update policy and what its RolloutBatch recommends."""

from dataclasses import replace

import pytest

from infra.sandbox.paths import ROOT
from tests.bench.fleet.rollout import STARTS, batch_of, recommended, rollout_of_template, row

README = (ROOT / "infra/README.md").read_text()
HOUR_S = 3600.0
FLEET = 90


@pytest.mark.parametrize("start", STARTS)
def test_a_release_replaces_90_machines_within_an_hour(start: str) -> None:
    batch = batch_of(recommended()[start], FLEET)
    assert rollout_of_template().takes_s(FLEET, batch, STARTS[start]) <= HOUR_S


@pytest.mark.parametrize("start", STARTS)
def test_the_recommended_share_takes_no_longer_whatever_the_group_s_size(start: str) -> None:
    share, rollout = recommended()[start], rollout_of_template()
    assert all(rollout.takes_s(size, batch_of(share, size), STARTS[start]) <= HOUR_S for size in range(1, 500))


def test_a_fifth_would_take_longer_than_an_hour_where_instances_build_their_images() -> None:
    """What the template said before for all of them."""
    takes_s = rollout_of_template().takes_s(FLEET, batch_of("fifth", FLEET), STARTS["where instances build them"])
    assert takes_s > HOUR_S


def test_machines_that_must_stay_in_service_make_the_batches_smaller() -> None:
    rollout = rollout_of_template()
    kept = replace(rollout, always_in_service=80)
    assert kept.takes_s(FLEET, 18, 240) > rollout.takes_s(FLEET, 18, 240)


def test_a_launch_that_the_template_would_give_up_is_no_release() -> None:
    with pytest.raises(ValueError, match="is given up after 2700 s"):
        rollout_of_template().takes_s(FLEET, 18, 46 * 60)


@pytest.mark.parametrize("start", STARTS)
def test_the_table_says_what_the_template_gives(start: str) -> None:
    assert f"\n{row(start, FLEET)}\n" in README
