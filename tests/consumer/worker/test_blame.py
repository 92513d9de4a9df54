"""One bad video, or a bad world: the rule as a table, and a worker that keeps it."""

import pytest

from consumer.errors import EnvironmentFault
from consumer.worker.blame import Blame, judge
from consumer.worker.retry_policy import RetryPolicy
from consumer.youtube.failures import classify
from tests.support.consumer.harness import Harness

FORBIDDEN = "unable to download video data: HTTP Error 403: Forbidden"
ROBOT = "Sign in to confirm you're not a bot"
QUICK = RetryPolicy(max_attempts=3, retry_s=0.001)


def refusal(said: str = FORBIDDEN) -> EnvironmentFault:
    """What the pipeline makes of YouTube's words."""
    error = classify(said)
    assert isinstance(error, EnvironmentFault)
    return error


@pytest.mark.parametrize(
    ("said", "refused_others", "blamed"),
    [
        (FORBIDDEN, 0, Blame.VIDEO),
        (FORBIDDEN, 1, Blame.VIDEO),
        (FORBIDDEN, 2, Blame.WORLD),
        (FORBIDDEN, 9, Blame.WORLD),
        (ROBOT, 0, Blame.VIDEO),
        (ROBOT, 2, Blame.WORLD),
        ("The page needs to be reloaded.", 1, Blame.VIDEO),
        ("Requested format is not available", 1, Blame.VIDEO),
        ("HTTP Error 429: Too Many Requests", 0, Blame.WORLD),
        ("Unable to connect to proxy", 0, Blame.WORLD),
        ("Failed to resolve 'www.youtube.com'", 0, Blame.WORLD),
        ("No space left on device", 0, Blame.WORLD),
        ("failed to load cookies", 0, Blame.WORLD),
    ],
)
def test_a_refusal_blames_the_world_only_when_other_videos_are_refused_too(
    said: str, refused_others: int, blamed: Blame
) -> None:
    assert judge(refusal(said), refused_others) is blamed


async def test_one_video_that_is_always_refused_ends_and_holds_nobody_up(harness: Harness) -> None:
    harness.refused = {"bad": refusal()}
    harness.send("bad")
    async with harness.worker(retry=QUICK, first_pause_s=60) as worker:
        for number in range(5):
            harness.send(f"good{number}")
        await harness.ended(worker, "completed", 5)
        await harness.ended(worker, "failed")
        assert worker.health.fault is None
    row = await harness.row("bad")
    assert (row["status"], row["attempts"], row["error_code"]) == ("failed", 3, "blocked")
    assert row["error_message"].startswith("given up after 3 attempts: YouTube refuses to send the media")


async def test_two_such_videos_beside_good_ones_hold_nobody_up_either(harness: Harness) -> None:
    harness.refused = {"bad1": refusal(), "bad2": refusal()}
    harness.send("bad1")
    harness.send("bad2")
    async with harness.worker(retry=QUICK, first_pause_s=60) as worker:
        for number in range(5):
            harness.send(f"good{number}")
        await harness.ended(worker, "completed", 5)
        await harness.ended(worker, "failed", 2)
        assert worker.health.fault is None


async def test_the_third_video_refused_in_a_row_stops_the_receiving_and_spends_nothing(harness: Harness) -> None:
    names = ["v1", "v2", "v3"]
    harness.refused = {name: refusal() for name in names}
    for name in names:
        harness.send(name)
    async with harness.worker(retry=RetryPolicy(), concurrency=1, first_pause_s=60) as worker:
        await harness.ended(worker, "environment")
        assert "YouTube refuses to send the media" in str(worker.health.fault)
    assert [(await harness.row(name))["attempts"] for name in names] == [1, 1, 0]


async def test_what_other_consumers_saw_counts(harness: Harness) -> None:
    harness.refused = {name: refusal() for name in ("v1", "v2", "v3")}
    harness.send("v1")
    harness.send("v2")
    async with harness.worker(retry=RetryPolicy()) as first:
        await harness.ended(first, "retry", 2)
    harness.send("v3")
    async with harness.worker(retry=RetryPolicy(), owner="w2") as second:
        await harness.ended(second, "environment")


async def test_one_video_that_comes_through_mends_the_world(harness: Harness) -> None:
    names = ["v1", "v2", "v3"]
    harness.refused = {name: refusal() for name in names}
    for name in names:
        harness.send(name)
    async with harness.worker(retry=RetryPolicy(), concurrency=1) as worker:
        await harness.ended(worker, "environment")
        harness.refused = {}
        await harness.ended(worker, "completed")
        assert worker.health.fault is None
