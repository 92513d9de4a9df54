"""A day's money for language models: once it is spent, videos wait for tomorrow, and nothing is lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from consumer.database.videos import Claim
from consumer.errors import NotYet
from consumer.material import Usage
from consumer.pipeline.pipeline import Tools, run
from consumer.study.providers.extractive import ExtractiveProvider
from consumer.study.schema import Draft
from consumer.worker.lease import Lease
from tests.support.consumer.bucket import Bucket
from tests.support.consumer.fake_transcriber import FakeTranscriber
from tests.support.consumer.job_fakes import CLAIM, JOB, FakeVideos, Holder
from tests.support.consumer.study_samples import FakeProvider


async def test_a_day_s_money_that_is_spent_lets_a_video_wait_for_midnight_before_anything_is_fetched(
    tools: Tools,
) -> None:
    videos = FakeVideos(earlier_usd=2.0)
    with pytest.raises(
        NotYet, match=r"2\.00 US dollars were spent .* all that MAX_COST_USD_PER_DAY=2 allows"
    ) as caught:
        await run(
            JOB,
            CLAIM,
            Lease(Holder(), 30),
            videos=videos,
            witness=videos,
            store=Bucket(),
            tools=replace(tools, provider=FakeProvider(lambda _: Draft()), max_cost_usd_per_day=2.0),
        )
    assert caught.value.until is not None
    assert timedelta(0) < caught.value.until - datetime.now(UTC) <= timedelta(days=1)
    assert (videos.stages, videos.spent) == ([], {})


async def test_a_day_s_money_that_is_spent_holds_up_no_video_whose_notes_cost_nothing(
    model: FakeTranscriber, tools: Tools
) -> None:
    videos = FakeVideos(earlier_usd=2.0)
    free = replace(tools, provider=ExtractiveProvider(), max_cost_usd_per_day=2.0)
    model.may_answer.set()
    await run(JOB, CLAIM, Lease(Holder(), 30), videos=videos, witness=videos, store=Bucket(), tools=free)
    assert len(videos.done) == 1


async def test_a_video_on_which_the_day_s_last_money_was_spent_goes_on_with_what_it_bought(
    model: FakeTranscriber, tools: Tools
) -> None:
    provider = FakeProvider(lambda _: Draft(usage=Usage(cost_usd=0.5)))
    videos, bucket = FakeVideos(), Bucket()
    poor = replace(tools, provider=provider, max_cost_usd_per_day=0.4)
    model.may_answer.set()
    with pytest.raises(NotYet, match="it goes on tomorrow"):
        await run(JOB, CLAIM, Lease(Holder(), 30), videos=videos, witness=videos, store=bucket, tools=poor)
    asked, rich = len(provider.asked), replace(poor, max_cost_usd_per_day=9.0)
    await run(JOB, Claim("v1", 8, 2), Lease(Holder(), 30), videos=videos, witness=videos, store=bucket, tools=rich)
    assert len(videos.done) == 1
    assert len(provider.asked) > asked
    assert len({request.task for request in provider.asked}) == len(provider.asked), "nothing was asked twice"
