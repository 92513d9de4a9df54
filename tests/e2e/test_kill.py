"""kill -9 anywhere: one completed row in the end, nothing done twice in it, nothing lost."""

import asyncio
import time

import pytest

from infra.sandbox.standins.youtube import LECTURE_URL
from infra.sandbox.system import EmbeddedSystem
from tests.support.e2e.steps import until_status

pytestmark = [pytest.mark.slow]
SHORT_LEASE = {"LEASE_SECONDS": "4", "RETRY_SECONDS": "1"}


async def test_a_consumer_killed_while_transcribing_leaves_one_completed_row() -> None:
    async with EmbeddedSystem(consumer_settings=SHORT_LEASE) as system:
        await system.send({"video_id": "kill-1", "youtube_url": LECTURE_URL})
        await until_status(system, "kill-1", "transcribing")
        await system.kill("consumer")
        await system.start_consumer()
        row = await until_status(system, "kill-1", "completed")
        attempts = await system.query("SELECT * FROM lectern.video_attempt WHERE video_id = 'kill-1' ORDER BY token")
        assert [attempt["outcome"] for attempt in attempts] == [None, "completed"]
        assert row["manifest_key"] == "videos/kill-1/000002/manifest.json"


async def test_a_transcriber_killed_in_the_middle_of_a_file_costs_time_and_nothing_else() -> None:
    async with EmbeddedSystem(consumer_settings=SHORT_LEASE) as system:
        await system.send({"video_id": "kill-2", "youtube_url": LECTURE_URL})
        await until_status(system, "kill-2", "transcribing")
        await system.kill("transcriber")
        await until_status(system, "kill-2", "queued")
        await system.start_transcriber()
        await until_status(system, "kill-2", "completed", within_s=90)


async def test_a_consumer_told_to_stop_mid_job_gives_the_video_back_and_spends_no_attempt() -> None:
    at_once = {"DRAIN_SECONDS": "0", "CONCURRENCY": "1"}  # no poll to wait out, during which the job might end
    async with EmbeddedSystem(consumer_settings={**SHORT_LEASE, **at_once}) as system:
        await system.send({"video_id": "stop-1", "youtube_url": LECTURE_URL})
        await until_status(system, "stop-1", "transcribing")
        assert await system.parts["consumer"].stop() == 0
        row = await system.row("stop-1")
        assert row is not None
        assert (row["status"], row["attempts"], row["lease_owner"]) == ("queued", 0, None)
        await system.start_consumer()
        await until_status(system, "stop-1", "completed")


async def test_an_idle_consumer_stops_within_three_seconds_and_at_once_when_told_twice() -> None:
    async with EmbeddedSystem(consumer_settings={"POLL_SECONDS": "2"}) as system:
        began = time.monotonic()
        assert await system.parts["consumer"].stop() == 0
        assert time.monotonic() - began < 3
        system.environment["POLL_SECONDS"] = "20"
        await system.start_consumer()
        began = time.monotonic()
        system.parts["consumer"].process.terminate()
        await asyncio.sleep(0.2)  # two signals in one moment are one
        assert await system.parts["consumer"].stop() == 0
        assert time.monotonic() - began < 2
