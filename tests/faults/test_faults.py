"""The short form: some kills, freezes, stops and outages over a few videos, and the oracle; its seed is in the name."""

import pytest

from tests.faults.harness import Plan, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.mark.parametrize("seed", [7, 12])
async def test_whatever_is_killed_or_broken_every_video_ends_once_truthfully_and_is_paid_once(seed: int) -> None:
    report = await run(Plan(videos=8, signals=12, faults=12, seed=seed, limit_s=240))
    assert report.wrong == []
    assert report.done["SIGKILL"] > 0
