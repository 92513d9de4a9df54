"""The group's policy, played: what infra/README.md promises of waiting, cost and size is what the game gives."""

from dataclasses import replace

import pytest

from infra.sandbox.paths import ROOT
from tests.bench.fleet.group import Group, Instance, Policy, policy_of_template
from tests.bench.fleet.play import play
from tests.bench.fleet.table import row, scenarios
from tests.bench.fleet.videos import Load, Video

README = (ROOT / "infra/README.md").read_text()
LAUNCH_S = 900.0
QUICK = [(name, load, policy) for name, load, policy in scenarios() if load.a_day <= 1000]


@pytest.mark.parametrize(("name", "load", "policy"), QUICK, ids=[name for name, _, _ in QUICK])
def test_the_table_says_what_the_game_gives(name: str, load: Load, policy: Policy) -> None:
    assert row(name, load, play(load, policy)) in README


def test_a_thousand_a_day_are_served_at_once_by_the_defaults() -> None:
    played = play(Load(1000), policy_of_template(LAUNCH_S))
    assert played.left == 0
    assert played.wait_min(95) < 15
    assert played.reversals <= 2


def test_two_videos_at_a_time_would_leave_the_gpu_idle_and_people_waiting() -> None:
    """What the group did before: most of a video's time is network and language model."""
    before = play(Load(1000), replace(policy_of_template(LAUNCH_S), slots=2))
    assert before.wait_min(50) > 60


def test_what_waits_for_its_premiere_starts_no_machine() -> None:
    announced = Load(0, premieres=20)
    policy = policy_of_template(LAUNCH_S, MinInstances=0, MaxInstances=20)
    parked = play(announced, policy)
    counted = play(announced, replace(policy, counts_hidden=True))
    assert parked.left == 0
    assert parked.instance_h < counted.instance_h


def test_nothing_that_works_is_scaled_in() -> None:
    policy = policy_of_template(LAUNCH_S, MaxInstances=20)
    assert play(Load(1000, 2000), policy).turned_away == 0
    assert play(Load(1000, 2000), replace(policy, protects=False)).turned_away > 0


def test_an_instance_that_works_is_protected() -> None:
    busy, idle = Instance(0.0, [Video(0, 0, 60)]), Instance(0.0)
    group = Group(policy_of_template(LAUNCH_S), [busy, idle])
    group.shrink(2)
    assert group.instances == [busy]


def test_spot_interruptions_lose_no_video() -> None:
    assert play(Load(300, spot_losses_a_day=5), policy_of_template(420.0)).left == 0
