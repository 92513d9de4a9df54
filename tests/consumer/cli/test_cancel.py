"""A cancelled video ends within seconds, and stays so for messages that were sent before."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from consumer.cli.commands import app
from consumer.database.videos import Claim, Unclaimed, Videos
from consumer.errors import LeaseLost
from consumer.models import Job, Status
from infra.sandbox.waiting import wait_until
from tests.support.consumer.harness import DONE, Harness

JOB = Job("v1", "abcdefghijk")


async def test_work_under_way_stops_and_its_message_goes(harness: Harness) -> None:
    harness.may_end.clear()
    harness.send()
    async with harness.worker(lease_s=3) as worker:
        await wait_until(lambda: len(harness.begun) == 1)
        assert await harness.videos.cancel("v1") is None
        await harness.ended(worker, "lease_lost")
        await harness.ended(worker, "duplicate")
    row = await harness.row()
    assert (row["status"], row["error_code"], row["error_message"]) == (
        "rejected",
        "cancelled",
        "cancelled by an operator",
    )
    assert (len(harness.begun), harness.sqs.messages) == (1, [])


async def test_a_message_that_was_sent_later_starts_it_anew(videos: Videos) -> None:
    await videos.submit(JOB)
    assert await videos.cancel("v1") is None
    assert await videos.claim(JOB, "w1", 30, "m1", sent_at=1.0) == Unclaimed("rejected", 0)
    assert isinstance(await videos.claim(JOB, "w1", 30, "m2", sent_at=4e9), Claim)


async def test_what_has_an_end_or_is_unknown_is_not_cancelled(videos: Videos) -> None:
    claim = await videos.claim(JOB, "w1", 30, "m1")
    assert isinstance(claim, Claim)
    await videos.complete(claim, DONE)
    assert (await videos.cancel("v1"), await videos.cancel("v2")) == ("it is completed", "there is no such row")


async def test_its_attempt_says_so_and_its_worker_writes_nothing_more(videos: Videos) -> None:
    claim = await videos.claim(JOB, "w1", 30, "m1")
    assert isinstance(claim, Claim)
    await videos.cancel("v1")
    with pytest.raises(LeaseLost):
        await videos.progress(claim, Status.TRANSCRIBING, 0.5)
    (attempt,) = await videos.attempts("v1")
    assert (attempt["outcome"], attempt["error_code"]) == ("rejected", "cancelled")


async def test_the_command_says_of_each_what_became_of_it(
    clean_environment: pytest.MonkeyPatch, database: dict[str, str], videos: Videos
) -> None:
    for name, value in {**database, "COLUMNS": "200"}.items():
        clean_environment.setenv(name, value)
    await videos.submit(JOB)
    done = await asyncio.to_thread(CliRunner().invoke, app, ["cancel", "v1", "v2"])
    assert done.output.splitlines() == [
        "v1 is cancelled; lectern retry v1 starts it anew",
        "v2 is not cancelled: there is no such row",
    ]
    assert (done.exit_code, str(done.exception)) == (1, "1 of 2 were not cancelled")
    done = await asyncio.to_thread(CliRunner().invoke, app, ["explain", "v1"])
    assert "now: rejected: cancelled by an operator; next: nothing" in done.output
    await videos.submit(JOB)
    done = await asyncio.to_thread(CliRunner().invoke, app, ["cancel", "v1", "--json"])
    assert json.loads(done.output) == [{"video_id": "v1"}]
