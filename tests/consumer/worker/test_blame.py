"""One bad video, or a bad world: the rule as a table, and a worker that keeps it."""

from datetime import UTC, datetime

import pytest

from consumer.database.postgres import Pool
from consumer.errors import Dependency, EnvironmentFault, LecternError, TransientError, VideoError
from consumer.models import Status
from consumer.worker.blame import Blame, Neighbours, judge, sign_of
from consumer.worker.retry_policy import RetryPolicy
from consumer.youtube.failures import classify
from infra.sandbox.waiting import wait_until
from tests.support.consumer.harness import Harness

FORBIDDEN = "unable to download video data: HTTP Error 403: Forbidden"
ROBOT = "Sign in to confirm you're not a bot"
QUICK = RetryPolicy(max_attempts=3, retry_s=0.001)


def refusal(said: str = FORBIDDEN) -> EnvironmentFault:
    """What the pipeline makes of YouTube's words."""
    error = classify(said)
    assert isinstance(error, EnvironmentFault)
    return error


NOBODY = Neighbours()
ONE, TWO, MANY = Neighbours(failed=1), Neighbours(failed=2), Neighbours(failed=9)
PASSED = Neighbours(passed=True)
PROBE_FAILS, PROBE_WORKS = Neighbours(probe_failed=True), Neighbours(failed=1, probe_failed=False)
V, W = Blame.VIDEO, Blame.WORLD


def fault(dependency: Dependency, code: str = "x") -> EnvironmentFault:
    """A setting, a key or a limit."""
    return EnvironmentFault("refused", code=code, dependency=dependency)


def broke(dependency: Dependency | None, tries: int | None = None) -> TransientError:
    """No answer, or a bad one."""
    return TransientError("503", dependency=dependency, max_attempts=tries)


@pytest.mark.parametrize(
    ("error", "neighbours", "blamed"),
    [
        (refusal(FORBIDDEN), NOBODY, V),
        (refusal(FORBIDDEN), ONE, V),
        (refusal(FORBIDDEN), TWO, W),
        (refusal(FORBIDDEN), MANY, W),
        (refusal(ROBOT), NOBODY, V),
        (refusal(ROBOT), TWO, W),
        (refusal("The page needs to be reloaded."), ONE, V),
        (refusal("Requested format is not available"), ONE, V),
        (refusal("HTTP Error 429: Too Many Requests"), NOBODY, W),
        (refusal("Unable to connect to proxy"), NOBODY, W),
        (refusal("Failed to resolve 'www.youtube.com'"), NOBODY, W),
        (refusal("Failed to resolve 'www.youtube.com'"), PASSED, V),
        (refusal("No space left on device"), NOBODY, W),
        (refusal("No space left on device"), PASSED, V),
        (refusal("failed to load cookies"), NOBODY, W),
        (classify("The read operation timed out"), ONE, V),
        (classify("The read operation timed out"), TWO, W),
        (classify("Words that nobody has seen"), TWO, W),
        (classify("Video unavailable"), MANY, V),
        (classify("This live event has ended."), MANY, V),
        (classify("Private video"), MANY, V),
        *[(fault(each), NOBODY, W) for each in Dependency],
        *[(fault(each), MANY, W) for each in Dependency],
        *[(fault(each), PASSED, V) for each in Dependency],
        *[(broke(each), NOBODY, V) for each in Dependency],
        *[(broke(each), PROBE_WORKS, V) for each in Dependency],
        *[(broke(each), PROBE_FAILS, W) for each in Dependency],
        *[(broke(each), TWO, W) for each in Dependency],
        *[(broke(each, tries=2), MANY, V) for each in Dependency],
        (broke(None), MANY, V),
        (VideoError("no sound"), MANY, V),
    ],
)
def test_the_world_is_blamed_only_when_others_fail_too_or_everybody_would(
    error: LecternError, neighbours: Neighbours, blamed: Blame
) -> None:
    assert judge(sign_of(error), neighbours) is blamed


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


def test_the_tries_of_a_video_that_is_refused_are_spread_over_a_day() -> None:
    tried = [RetryPolicy().outcome(refusal(), number, pause_s=5, now=datetime.now(UTC)) for number in range(1, 6)]
    pauses_h = [(each.back_s or 0) / 3600 for each in tried]
    assert pauses_h == [*sorted(pauses_h[:-1]), 0]
    assert 12 <= sum(pauses_h) <= 24
    assert max(pauses_h) < 12  # SQS hides a message for no longer
    assert tried[-1].status is Status.FAILED


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


@pytest.mark.parametrize("dependency", [Dependency.BUCKET, Dependency.TRANSCRIBER, Dependency.MODEL])
async def test_an_outage_fails_no_video_turns_health_red_with_its_name_and_is_found_to_be_over(
    harness: Harness, dependency: Dependency
) -> None:
    names = [f"v{number}" for number in range(4)]
    harness.refused = {name: TransientError("503 Slow down", dependency=dependency) for name in names}
    for name in names:
        harness.send(name)
    others_come_first = RetryPolicy(max_attempts=3, retry_s=0.5)
    async with harness.worker(retry=others_come_first, concurrency=4, first_pause_s=0.01) as worker:
        await harness.ended(worker, "environment", 8)
        assert str(worker.health.fault).startswith(f"{dependency}: 503")
        assert "failed" not in worker.health.outcomes
        assert [each.dependency for each in await harness.evidence.broken()] == [dependency]
        harness.refused = {}
        await harness.ended(worker, "completed", 4)
        assert worker.health.fault is None
    assert await harness.evidence.broken() == []


async def test_a_lone_video_is_not_blamed_for_an_outage_that_a_probe_finds_and_comes_back_when_it_is_over(
    harness: Harness,
) -> None:
    away = TransientError("502 Bad Gateway", dependency=Dependency.TRANSCRIBER)
    harness.refused = {"v1": away}
    probed: list[str] = []

    async def probe() -> None:
        probed.append("asked")
        if harness.refused:
            raise away

    harness.send()
    async with harness.worker(retry=QUICK, probes={Dependency.TRANSCRIBER: probe}) as worker:
        await wait_until(lambda: len(probed) > 4)
        assert worker.health.outcomes == {"environment": 1}, "nobody is sent where the probe has failed"
        assert (await harness.row())["attempts"] == 0
        harness.refused = {}
        await harness.ended(worker, "completed")


async def test_one_video_that_the_transcriber_always_breaks_off_at_ends_and_holds_nobody_up(harness: Harness) -> None:
    harness.refused = {"bad": TransientError("the transcriber broke off", dependency=Dependency.TRANSCRIBER)}
    harness.send("bad")
    async with harness.worker(retry=QUICK, first_pause_s=60) as worker:
        for number in range(5):
            harness.send(f"good{number}")
        await harness.ended(worker, "completed", 5)
        await harness.ended(worker, "failed")
        assert worker.health.fault is None


async def test_one_video_that_fills_every_disk_ends_once_others_were_seen_to_come_through(harness: Harness) -> None:
    harness.refused = {"bad": EnvironmentFault("the disk is full", dependency=Dependency.MACHINE)}
    harness.send("bad")
    async with harness.worker(retry=QUICK) as worker:
        await harness.ended(worker, "environment")
        for number in range(4):
            harness.send(f"good{number}")
        await harness.ended(worker, "failed")
        await harness.ended(worker, "completed", 4)
    assert (await harness.row("bad"))["error_message"] == "given up after 3 attempts: the disk is full"


async def test_a_consumer_whose_own_way_is_blocked_is_to_blame_although_others_get_through(harness: Harness) -> None:
    names = ["v1", "v2", "v3"]
    harness.refused = {name: refusal() for name in names}
    for name in names:
        harness.send(name)
    async with harness.worker(retry=RetryPolicy(), concurrency=1, first_pause_s=60) as worker:
        for number in range(3):
            await wait_until(lambda number=number: len(harness.begun) > number)
            await harness.evidence.add(Dependency.YOUTUBE, f"elsewhere{number}", "w2", failed=False)
        await harness.ended(worker, "environment")


async def test_what_is_old_is_no_evidence_and_is_forgotten(harness: Harness, pool: Pool) -> None:
    for name in ("v1", "v2"):
        await harness.evidence.add(Dependency.YOUTUBE, name, "w1", failed=True)
    await harness.evidence.open(Dependency.YOUTUBE, "w1", "refused", 5)
    assert await harness.evidence.others(Dependency.YOUTUBE, "v3", "w1", 3600) == (2, False)
    await pool.execute("UPDATE lectern.dependency_outcome SET at = at - interval '2 days'")
    await pool.execute("UPDATE lectern.dependency_breaker SET probe_at = probe_at - interval '2 days'")
    assert await harness.evidence.others(Dependency.YOUTUBE, "v3", "w1", 3600) == (0, False)
    assert await harness.evidence.broken() == []
    await harness.evidence.forget()
    assert await pool.fetchval("SELECT count(*) FROM lectern.dependency_outcome") == 0
    assert await pool.fetchval("SELECT count(*) FROM lectern.dependency_breaker") == 0
