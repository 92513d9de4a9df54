"""What was downloaded is what YouTube has, or an error says what it is: real yt-dlp and Deno against the stand-in."""

import asyncio
from pathlib import Path

import pytest

from consumer.errors import EnvironmentFault, LecternError, NotYet, PolicyError, TransientError
from consumer.models import Source
from consumer.pipeline.audio import make_mp3
from consumer.pipeline.download import DownloadSettings, download
from consumer.youtube.options import RETRIES
from infra.sandbox.standins.youtube import Track, Video, YouTubeStandin
from infra.sandbox.standins.youtube.trouble import Mode
from infra.sandbox.waiting import wait_until
from tests.support.consumer.youtube import ignore, published

pytestmark = [pytest.mark.asyncio(loop_scope="module")]


async def fetched(video: str, into: Path) -> Source:
    """One download."""
    return await download(video, into, DownloadSettings(), ignore)


async def test_media_in_fragments_is_fetched_whole(youtube: YouTubeStandin, tmp_path: Path) -> None:
    source = await fetched(published(youtube, Video(delivery="fragments")), tmp_path)
    assert source.path.stat().st_size > 500_000


@pytest.mark.slow
async def test_a_missing_fragment_is_tried_again_and_then_an_error(youtube: YouTubeStandin, tmp_path: Path) -> None:
    video = published(youtube, Video(delivery="fragments", fault="missing_fragment"))
    with pytest.raises(TransientError, match=r"a piece of the media could not be had.*403") as failed:
        await fetched(video, tmp_path)
    assert failed.value.code == "fragment"
    last = youtube.requests[-1]
    assert youtube.requests.count(last) == 1 + RETRIES


@pytest.mark.parametrize(
    ("video", "kind", "code"),
    [
        (Video(live="just_over"), NotYet, "processing"),
        (Video("LIVE_STREAM_OFFLINE", "This live event will begin shortly."), NotYet, "premiere"),
        (Video("LIVE_STREAM_OFFLINE", "We're processing this video. Check back later."), NotYet, "processing"),
        (Video("LIVE_STREAM_OFFLINE", "This live event has ended."), TransientError, "no_recording"),
        (Video("ERROR", "Video unavailable"), TransientError, "unavailable"),
        (Video("ERROR", "Something new that nobody has seen"), TransientError, "unknown_words"),
        (Video(delivery="sabr"), EnvironmentFault, "sabr"),
        (Video(delivery="sabr", storyboard=True), EnvironmentFault, "sabr"),
        (Video(fault="forbidden"), EnvironmentFault, "blocked"),
    ],
)
async def test_each_way_to_have_no_video_has_its_verdict(
    youtube: YouTubeStandin, tmp_path: Path, video: Video, kind: type[LecternError], code: str
) -> None:
    with pytest.raises(LecternError) as failed:
        await fetched(published(youtube, video), tmp_path)
    assert (type(failed.value), failed.value.code) == (kind, code)


GERMAN = Track("de", "German original", bitrate=48_000)
DUBBED = Track("en-US", "English (United States)", is_default=True, bitrate=128_000)
DESCRIBED = Track("en", "English descriptive", bitrate=128_000)


@pytest.mark.parametrize(
    ("tracks", "asked", "sent"),
    [
        ((GERMAN, DUBBED), None, "de"),
        ((DUBBED, GERMAN), None, "de"),
        ((GERMAN, DUBBED), "en", "en-US"),
        ((GERMAN, DUBBED), "en-GB", "en-US"),
        ((GERMAN, DUBBED), "fr", "de"),
        ((GERMAN, DESCRIBED, DUBBED), "en-US", "en-US"),
        ((DESCRIBED, GERMAN), None, "de"),
    ],
)
async def test_the_original_is_taken_before_any_dub_unless_a_language_is_asked_for(
    youtube: YouTubeStandin, tmp_path: Path, tracks: tuple[Track, ...], asked: str | None, sent: str
) -> None:
    video = published(youtube, Video(tracks=tracks))
    source = await download(video, tmp_path, DownloadSettings(), ignore, language=asked)
    assert youtube.languages == [sent]
    assert source.language == (sent[:2] if asked and asked[:2] == sent[:2] else None)


async def test_a_title_is_cleaned_of_what_the_database_cannot_hold(youtube: YouTubeStandin, tmp_path: Path) -> None:
    source = await fetched(published(youtube, Video(title="Gravity \ud83d and \x00 light")), tmp_path)
    assert source.title == "Gravity \ufffd and \ufffd light"


async def test_a_file_shorter_than_the_site_claims_is_not_taken_for_the_video(
    youtube: YouTubeStandin, tmp_path: Path
) -> None:
    source = await fetched(published(youtube, Video(claimed_s=3600)), tmp_path)
    with pytest.raises(TransientError, match="YouTube says that the video lasts 3600 s, and 104 s of it came"):
        await make_mp3(source, tmp_path / "audio.mp3", ignore)
    assert list(tmp_path.glob("source.*")) == []


async def test_a_video_without_a_length_is_measured_once_it_is_here(youtube: YouTubeStandin, tmp_path: Path) -> None:
    source = await fetched(published(youtube, Video(claimed_s=0)), tmp_path)
    assert source.duration_s is None
    with pytest.raises(PolicyError, match="longer than"):
        await make_mp3(source, tmp_path / "audio.mp3", ignore, max_s=60)


@pytest.mark.parametrize(
    ("mode", "kind", "code"),
    [
        ("forbidden", EnvironmentFault, "blocked"),
        ("limited", EnvironmentFault, "rate_limited"),
        pytest.param("unavailable", TransientError, "download", marks=pytest.mark.slow),
        pytest.param("cut", TransientError, "download", marks=pytest.mark.slow),
    ],
)
async def test_trouble_of_the_whole_site_has_its_verdict_and_the_next_try_works(
    youtube: YouTubeStandin, tmp_path: Path, mode: Mode, kind: type[LecternError], code: str
) -> None:
    video = published(youtube, Video())
    youtube.trouble.fail(mode)
    try:
        with pytest.raises(LecternError) as failed:
            await fetched(video, tmp_path)
    finally:
        youtube.trouble.fail("open")
    assert (type(failed.value), failed.value.code) == (kind, code)
    assert (await fetched(video, tmp_path)).path.stat().st_size > 500_000


async def test_media_that_stops_coming_goes_on_once_the_site_is_mended(youtube: YouTubeStandin, tmp_path: Path) -> None:
    video = published(youtube, Video())
    youtube.trouble.fail("hang")
    before = len(youtube.requests)
    async with asyncio.TaskGroup() as group:
        fetching = group.create_task(fetched(video, tmp_path))
        await wait_until(lambda: "/videoplayback" in youtube.requests[before:])
        youtube.trouble.fail("open")
    assert fetching.result().path.stat().st_size > 500_000
