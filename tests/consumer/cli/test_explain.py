"""What `lectern explain` tells of a video: what happened, what it waits for, and when it is tried again."""

from datetime import timedelta

import pytest

from consumer.database.evidence import Evidence
from consumer.database.postgres import Pool
from consumer.database.videos import Claim, Videos
from consumer.errors import Dependency
from consumer.models import Job, Outcome, Status
from tests.support.commands import lectern

JOB = Job("v1", "dQw4w9WgXcQ")


async def test_what_waits_for_another_try_says_why_and_for_what(
    environment: pytest.MonkeyPatch, videos: Videos
) -> None:
    claim = await videos.claim(JOB, "w1", 30, "m1")
    assert isinstance(claim, Claim)
    why = "the transcriber broke off " * 12
    await videos.give_up(claim, Outcome("retry", Status.QUEUED, "transcriber", why.strip(), back_s=600))
    said = (await lectern("explain", "v1")).output.splitlines()
    (attempt,) = await videos.attempts("v1")
    assert attempt["next_at"] - attempt["ended_at"] == timedelta(minutes=10)
    at = attempt["next_at"].isoformat(sep=" ", timespec="seconds")
    assert said[-1] == f"now: queued: {why.strip()}; next: it is tried again from {at} on"
    assert sum(why.strip() in line for line in said) == 2  # no line is broken in two


async def test_a_premiere_says_when_it_is_tried_and_what_was_sent_anew_does_not(
    environment: pytest.MonkeyPatch, videos: Videos
) -> None:
    claim = await videos.claim(JOB, "w1", 30, "m1")
    assert isinstance(claim, Claim)
    await videos.give_up(claim, Outcome("scheduled", Status.SCHEDULED, "premiere", "it premieres", back_s=7200))
    assert "it premieres; next: it is tried again from 20" in (await lectern("explain", "v1")).output
    await videos.submit(JOB)
    assert (await lectern("explain", "v1")).output.endswith("now: queued; next: the next free consumer takes it\n")


async def test_explain_tells_the_story(environment: pytest.MonkeyPatch, videos: Videos, pool: Pool) -> None:
    first = await videos.claim(JOB, "w1", 30, "m1")
    assert isinstance(first, Claim)
    await videos.open_stage(first, "download")
    await videos.give_up(first, Outcome("retry", Status.QUEUED, "transcriber", "the transcriber broke off"))
    await videos.claim(JOB, "w2", 30, "m1")
    await pool.execute("UPDATE video SET lease_until = now() - interval '1 second'")
    await videos.claim(JOB, "w3", 30, "m1")
    said = (await lectern("explain", "v1")).output
    assert "attempt 1 by w1: retry" in said
    assert "retry: the transcriber broke off" in said
    assert "attempt 2 by w2: killed" in said
    assert "attempt 3 by w3: under way" in said
    assert "now: downloading; next: it is being worked on" in said


@pytest.mark.parametrize("command", ["status", "explain"])
async def test_a_queued_video_says_what_is_broken_that_it_waits_for(
    environment: pytest.MonkeyPatch, videos: Videos, evidence: Evidence, command: str
) -> None:
    await videos.submit(JOB)
    assert "waiting" not in (await lectern(command, "v1")).output
    for owner in ("w1", "w2"):
        await evidence.open(Dependency.YOUTUBE, owner, "YouTube refuses this address", 60)
    said = (await lectern(command, "v1")).output
    assert said.count("YouTube: YouTube refuses this address (since 20") == 1
    assert "waiting" in said
    assert "waiting" in (await lectern(command, "v1", "--json")).output
    await videos.claim(JOB, "w3", 30, "m1")
    assert "waiting" not in (await lectern(command, "v1")).output
