"""The whole job with real yt-dlp, ffmpeg and HTTP; only the model is a stand-in."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from consumer.database.videos import Claim
from consumer.errors import Dependency, LeaseLost, PolicyError, TransientError, VideoError
from consumer.material import Usage
from consumer.models import Job, Recording, Stage, StudyWishes
from consumer.pipeline.pipeline import Tools, run
from consumer.study.plan import StudyPlan
from consumer.study.schema import Draft, Style
from consumer.worker.lease import Lease
from infra.sandbox.standins.youtube import LECTURE_ID
from tests.support.consumer.bucket import Bucket
from tests.support.consumer.fake_transcriber import FakeTranscriber
from tests.support.consumer.job_fakes import CLAIM, JOB, FakeVideos, Holder
from tests.support.consumer.study_samples import FakeProvider


async def test_a_job_ends_with_all_files_stored_and_the_row_completed(model: FakeTranscriber, tools: Tools) -> None:
    videos, bucket = FakeVideos(), Bucket()
    model.may_answer.set()
    await run(JOB, CLAIM, Lease(Holder(), 30), videos=videos, witness=videos, store=bucket, tools=tools)
    assert videos.stages == ["download", "audio", "transcribe", "study", "publish"]
    (done,) = videos.done
    assert (done.language, round(done.duration_s)) == ("en", 104)
    assert done.keys["manifest.json"] == "videos/v1/000007/manifest.json"
    assert list(bucket.objects)[-1] == done.keys["manifest.json"]
    assert list(tools.scratch.iterdir()) == []
    assert videos.through == [Dependency.YOUTUBE, Dependency.MACHINE, Dependency.TRANSCRIBER, Dependency.BUCKET]


async def test_an_attempt_after_a_failure_on_any_machine_pays_for_nothing_twice_and_says_so(
    model: FakeTranscriber, tools: Tools, tmp_path: Path
) -> None:
    paid = replace(tools, provider=FakeProvider(lambda _: Draft(usage=Usage(cost_usd=0.5))))
    videos, full = FakeVideos(), Bucket(full="quiz.json")
    model.may_answer.set()
    with pytest.raises(TransientError):
        await run(JOB, CLAIM, Lease(Holder(), 30), videos=videos, witness=videos, store=full, tools=paid)
    elsewhere, bucket = replace(paid, scratch=tmp_path / "other"), Bucket(checkpoints=full.checkpoints)
    await run(JOB, Claim("v1", 8, 2), Lease(Holder(), 30), videos=videos, witness=videos, store=bucket, tools=elsewhere)
    manifest = json.loads(bucket.objects[videos.done[0].keys["manifest.json"]])
    assert manifest["reused"] == ["transcript", "study"]
    assert (model.times, [cost for cost in videos.spent.values() if cost], manifest["cost_usd"]) == (1, [0.5, 0.5], 1.0)
    assert (videos.through.count(Dependency.TRANSCRIBER), videos.through.count(Dependency.MODEL)) == (1, 3)


@pytest.mark.parametrize("back_at", ["study", "publish"])
async def test_a_cost_that_cannot_be_recorded_at_once_stops_nothing_and_is_before_the_video_completes(
    model: FakeTranscriber, tools: Tools, back_at: Stage
) -> None:
    videos = FakeVideos(away=True, back_at=back_at)
    paid = replace(tools, provider=FakeProvider(lambda _: Draft(usage=Usage(cost_usd=0.5))))
    model.may_answer.set()
    await run(JOB, CLAIM, Lease(Holder(), 30), videos=videos, witness=videos, store=Bucket(), tools=paid)
    assert sum(videos.spent.values()) == 1.0
    assert len(videos.done) == 1


async def test_a_video_whose_cost_nobody_took_down_comes_back_and_pays_for_nothing_again(
    model: FakeTranscriber, tools: Tools
) -> None:
    provider = FakeProvider(lambda _: Draft(usage=Usage(cost_usd=0.5)))
    videos, bucket, paid = FakeVideos(away=True), Bucket(), replace(tools, provider=provider)
    model.may_answer.set()
    with pytest.raises(TransientError, match="could not spend"):
        await run(JOB, CLAIM, Lease(Holder(), 30), videos=videos, witness=videos, store=bucket, tools=paid)
    asked, videos.away = len(provider.asked), False
    assert videos.done == []
    await run(JOB, Claim("v1", 8, 2), Lease(Holder(), 30), videos=videos, witness=videos, store=bucket, tools=paid)
    assert (len(provider.asked), sum(videos.spent.values()), len(videos.done)) == (asked, 1.0, 1)


async def test_a_message_s_wishes_reach_whoever_writes_and_the_settings_fill_the_rest(
    model: FakeTranscriber, tools: Tools
) -> None:
    provider = FakeProvider(lambda _: Draft())
    plan = StudyPlan(style=Style(language="de", course="Astronomy"))
    job = replace(JOB, study=StudyWishes(language="fr", level="for children"))
    videos, wished = FakeVideos(), replace(tools, provider=provider, plan=plan)
    model.may_answer.set()
    await run(job, CLAIM, Lease(Holder(), 30), videos=videos, witness=videos, store=Bucket(), tools=wished)
    assert {request.style for request in provider.asked} == {Style("fr", "for children", "Astronomy")}


async def test_one_video_under_two_ids_is_paid_for_once_even_at_the_same_time(
    model: FakeTranscriber, tools: Tools
) -> None:
    paid = replace(tools, provider=FakeProvider(lambda _: Draft(usage=Usage(cost_usd=0.5))))
    videos, bucket = FakeVideos(), Bucket()
    model.may_answer.set()
    together = (
        run(
            Job(name, LECTURE_ID),
            Claim(name, 1, 1),
            Lease(Holder(), 30),
            videos=videos,
            witness=videos,
            store=bucket,
            tools=paid,
        )
        for name in ("v1", "v2")
    )
    await asyncio.gather(*together)
    assert (model.times, len(videos.done)) == (1, 2)
    assert len(videos.spent) == sum(key.startswith("videos/.checkpoints/study") for key in bucket.checkpoints)


async def test_an_uploaded_recording_goes_the_same_way(model: FakeTranscriber, tools: Tools, lecture: Path) -> None:
    videos, bucket = FakeVideos(), Bucket()
    bucket.objects["recordings/My talk.mp4"] = lecture.read_bytes()
    model.may_answer.set()
    job = Job("v1", recording=Recording("recordings/My talk.mp4", "lectern"), language="en", priority="interactive")
    await run(job, CLAIM, Lease(Holder(), 30), videos=videos, witness=videos, store=bucket, tools=tools)
    assert (videos.done[0].title, videos.done[0].channel) == ("My talk", None)
    page = bucket.objects["videos/v1/000007/study.html"].decode()
    assert "youtube.com/watch" not in page
    assert (model.fields["language"], model.fields["priority"]) == ("en", "interactive")
    assert videos.through[0] is Dependency.BUCKET


@pytest.mark.parametrize(
    ("recording", "error", "words"),
    [
        (Recording("recordings/none.mp4"), VideoError, "there is no recording recordings/none.mp4"),
        (Recording("recordings/a.mp4", "other"), PolicyError, "from the bucket lectern only"),
    ],
)
async def test_a_recording_that_is_not_there_says_so(
    tools: Tools, recording: Recording, error: type[Exception], words: str
) -> None:
    videos, job = FakeVideos(), Job("v1", recording=recording)
    with pytest.raises(error, match=words):
        await run(job, CLAIM, Lease(Holder(), 30), videos=videos, witness=videos, store=Bucket(), tools=tools)


async def test_another_whisper_model_transcribes_anew(model: FakeTranscriber, tools: Tools) -> None:
    bucket = Bucket()
    model.may_answer.set()
    for attempt, name in enumerate(("small", "large-v3"), 1):
        model.name = name
        claim = Claim("v1", attempt, attempt)
        await run(JOB, claim, Lease(Holder(), 30), videos=FakeVideos(), witness=FakeVideos(), store=bucket, tools=tools)
    assert model.times == 2


async def test_a_lost_lease_ends_the_job_at_once_and_leaves_nothing(model: FakeTranscriber, tools: Tools) -> None:
    videos, bucket, holder = FakeVideos(), Bucket(), Holder()
    job = asyncio.create_task(
        run(JOB, CLAIM, Lease(holder, 0.3, 0.02), videos=videos, witness=videos, store=bucket, tools=tools)
    )
    await asyncio.wait_for(model.asked.wait(), 30)
    holder.lost = True
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(job, 5)
    assert (videos.done, bucket.objects) == ([], {})
    assert list(tools.scratch.iterdir()) == []
    assert holder.shown[-1] == ("transcribing", 0.2)


async def test_another_layout_of_subtitles_transcribes_anew_and_reaches_the_transcriber(
    model: FakeTranscriber, tools: Tools
) -> None:
    bucket = Bucket()
    model.may_answer.set()
    for attempt, layout in enumerate(({}, {"max_line_width": "32"}), 1):
        claim, laid_out = Claim("v1", attempt, attempt), replace(tools, subtitles=layout)
        await run(
            JOB, claim, Lease(Holder(), 30), videos=FakeVideos(), witness=FakeVideos(), store=bucket, tools=laid_out
        )
    assert model.times == 2
