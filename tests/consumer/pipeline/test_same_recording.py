"""One recording under two ids, at two consumers at once: the second waits, and everything is paid for once."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from consumer.database.postgres import Pool
from consumer.database.videos import Claim, Videos
from consumer.errors import NotYet
from consumer.material import Usage
from consumer.models import Job, Outcome, Recording, Status
from consumer.pipeline.checkpoint import Flights
from consumer.pipeline.pipeline import Tools, run
from consumer.study.schema import Draft
from consumer.worker.lease import Lease
from infra.sandbox.standins.youtube import LECTURE_ID
from tests.support.consumer.bucket import Bucket
from tests.support.consumer.fake_transcriber import FakeTranscriber
from tests.support.consumer.job_fakes import CLAIM, FakeVideos, Holder
from tests.support.consumer.study_samples import FakeProvider

EXPIRE = """
UPDATE video SET lease_until = now() - interval '1 second';
UPDATE lectern.video_state SET lease_until = now() - interval '1 second';
"""
WAITING = Outcome("scheduled", Status.SCHEDULED, "same_recording", "another works on it")


class Consumer:
    """One of several, each with a memory and a disk of its own; the table, the bucket and the model are shared."""

    def __init__(self, owner: str, videos: Videos, bucket: Bucket, tools: Tools, scratch: Path) -> None:
        self._owner, self._videos, self._bucket = owner, videos, bucket
        self._tools = replace(tools, flights=Flights(), scratch=scratch / owner)

    async def claim(self, video_id: str) -> Claim:
        claim = await self._videos.claim(Job(video_id, LECTURE_ID), self._owner, 30, video_id)
        assert isinstance(claim, Claim)
        return claim

    async def work(self, claim: Claim) -> None:
        job, lease = Job(claim.video_id, LECTURE_ID), Lease(Holder(), 30)
        row, store = self._videos, self._bucket
        await run(job, claim, lease, videos=row, witness=FakeVideos(), store=store, tools=self._tools)


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider(lambda _: Draft(usage=Usage(cost_usd=0.5)))


@pytest.fixture
def consumers(videos: Videos, tools: Tools, provider: FakeProvider, tmp_path: Path) -> tuple[Consumer, Consumer]:
    bucket, paying = Bucket(), replace(tools, provider=provider)
    return Consumer("w1", videos, bucket, paying, tmp_path), Consumer("w2", videos, bucket, paying, tmp_path)


async def test_the_second_waits_before_it_fetches_anything_and_then_pays_for_nothing(
    videos: Videos, model: FakeTranscriber, provider: FakeProvider, consumers: tuple[Consumer, Consumer]
) -> None:
    one, two = consumers
    working = asyncio.create_task(one.work(await one.claim("v1")))
    await asyncio.wait_for(model.asked.wait(), 30)
    second = await two.claim("v2")
    with pytest.raises(NotYet, match="the same recording is being worked on as v1"):
        await two.work(second)
    assert await videos.stages("v2") == []
    await videos.give_up(second, WAITING)
    model.may_answer.set()
    await working
    asked = len(provider.asked)
    await two.work(await two.claim("v2"))
    assert (model.times, len(provider.asked)) == (1, asked)
    rows = [await videos.row(video_id) or {} for video_id in ("v1", "v2")]
    assert [row["status"] for row in rows] == ["completed", "completed"]
    assert rows[0]["cost_usd"] > rows[1]["cost_usd"] == 0


async def test_what_a_killed_consumer_had_begun_goes_to_the_other_id_once_its_lease_is_over(
    videos: Videos, pool: Pool, model: FakeTranscriber, consumers: tuple[Consumer, Consumer]
) -> None:
    one, two = consumers
    await videos.take_content(await one.claim("v1"), f"youtube {LECTURE_ID}")  # and then it was killed
    await pool.execute(EXPIRE)
    model.may_answer.set()
    await two.work(await two.claim("v2"))
    assert (await videos.row("v2") or {})["status"] == "completed"


async def test_a_recording_that_was_uploaded_twice_is_known_by_its_bytes(
    model: FakeTranscriber, tools: Tools, lecture: Path
) -> None:
    videos, bucket = FakeVideos(elsewhere=("recording",)), Bucket()
    bucket.objects["recordings/again.mp4"] = lecture.read_bytes()
    job, lease = Job("v1", recording=Recording("recordings/again.mp4", "lectern")), Lease(Holder(), 30)
    model.may_answer.set()
    with pytest.raises(NotYet, match="worked on as v0") as caught:
        await run(job, CLAIM, lease, videos=videos, witness=videos, store=bucket, tools=tools)
    assert (caught.value.code, caught.value.until is not None) == ("same_recording", True)
    assert (videos.stages, model.times) == (["download"], 0)
