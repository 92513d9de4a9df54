"""Downloads: the real yt-dlp and a real Deno against the stand-in for YouTube."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from consumer.errors import Dependency, EnvironmentFault, LecternError, NotYet, PolicyError, TransientError, VideoError
from consumer.models import Source
from consumer.pipeline.download import DownloadSettings, download, spoken
from consumer.youtube.failures import UNKNOWN
from infra.sandbox.standins.youtube import LECTURE_ID, Video, YouTubeStandin
from infra.sandbox.standins.youtube.videos import EMPTY_ID, RESET_ID, STALL_ID, Delivery
from infra.sandbox.waiting import wait_until
from tests.support.consumer.small_disk import small_disk
from tests.support.consumer.youtube import ignore, published

pytestmark = [pytest.mark.asyncio(loop_scope="module")]


async def fetch(video: str, into: Path, on_progress: Callable[[float], None] = ignore, *, idle_s: float = 30) -> Source:
    """One download."""
    return await download(video, into, DownloadSettings(idle_s=idle_s), on_progress)


async def test_a_video_is_fetched_with_its_title_and_progress(youtube: YouTubeStandin, tmp_path: Path) -> None:
    seen: list[float] = []
    source = await fetch(LECTURE_ID, tmp_path, seen.append)
    assert source.path.stat().st_size > 500_000
    assert (source.title, source.youtube_id) == ("Gravity, light, and the first computers", LECTURE_ID)
    assert source.duration_s == 104
    assert seen[-1] == 1.0


@pytest.mark.parametrize(
    ("video", "kind", "says"),
    [
        ("privateVid0", VideoError, "private"),
        ("premiere000", NotYet, "Premieres in 3 hours"),
        ("liveNowVid0", NotYet, "live now"),
        ("tooLongVid0", PolicyError, "longer than the 4 hours"),
        ("botCheck000", EnvironmentFault, "YTDLP_PROXY"),
    ],
)
async def test_a_video_that_cannot_be_had_says_why(
    youtube: YouTubeStandin, tmp_path: Path, video: str, kind: type[LecternError], says: str
) -> None:
    with pytest.raises(kind, match=says):
        await fetch(video, tmp_path)


@pytest.mark.parametrize("delivery", ["file", "fragments"])
@pytest.mark.parametrize("room_bytes", [0, 20_000, 300_000])
async def test_a_disk_that_fills_up_at_any_point_is_our_machine_s_fault_and_no_video_s(
    youtube: YouTubeStandin, tmp_path: Path, delivery: Delivery, room_bytes: int
) -> None:
    with small_disk(tmp_path / "small") as disk:
        if disk is None:
            pytest.skip("no file system can be mounted here: it takes root")
        disk.fail("full", room_bytes)
        with pytest.raises(EnvironmentFault, match="the disk is full: free space under DOWNLOAD_DIR") as failed:
            await fetch(published(youtube, Video(delivery=delivery)), tmp_path / "small")
    assert (failed.value.code, failed.value.dependency) == ("disk_full", Dependency.MACHINE)
    assert "YouTube" not in str(failed.value)


async def test_what_breaks_yt_dlp_itself_is_words_that_nobody_knows(youtube: YouTubeStandin, tmp_path: Path) -> None:
    with pytest.raises(TransientError, match="yt-dlp broke: TypeError") as failed:
        await fetch(EMPTY_ID, tmp_path)
    assert failed.value.code == UNKNOWN


async def test_the_cookies_file_is_read_and_never_written(youtube: YouTubeStandin, tmp_path: Path) -> None:
    cookies = tmp_path / "cookies.txt"
    cookies.write_text("# Netscape HTTP Cookie File\n.youtube.com\tTRUE\t/\tTRUE\t0\tPREF\thl=en\n")
    before = (cookies.read_text(), cookies.stat().st_mtime_ns)
    into = tmp_path / "into"
    into.mkdir()
    await download(LECTURE_ID, into, DownloadSettings(cookies_file=cookies), ignore)
    assert (cookies.read_text(), cookies.stat().st_mtime_ns) == before


async def test_a_reset_connection_is_picked_up_where_it_broke(youtube: YouTubeStandin, tmp_path: Path) -> None:
    source = await fetch(RESET_ID, tmp_path)
    assert source.path.stat().st_size > 500_000


@pytest.mark.slow
async def test_a_download_that_stalls_is_ended_with_its_whole_group(youtube: YouTubeStandin, tmp_path: Path) -> None:
    before = len(psutil.Process().children(recursive=True))
    with pytest.raises(TransientError, match="stalled"):
        await fetch(STALL_ID, tmp_path, idle_s=4)
    await wait_until(lambda: len(psutil.Process().children(recursive=True)) <= before, 5, "no child is left")


@pytest.mark.slow
async def test_a_download_that_takes_too_long_in_all_is_stopped_and_may_go_on_later(
    youtube: YouTubeStandin, tmp_path: Path
) -> None:
    youtube.bytes_a_second = 50_000
    try:
        with pytest.raises(TransientError, match="too slowly"):
            await download(LECTURE_ID, tmp_path, DownloadSettings(most_s=8), ignore)
    finally:
        youtube.bytes_a_second = None
    assert list(tmp_path.glob("*.part"))


async def test_a_cookies_file_that_cannot_be_read_is_the_operators_to_mend(
    youtube: YouTubeStandin, tmp_path: Path
) -> None:
    cookies = tmp_path / "cookies.txt"
    cookies.write_text('{"not": "netscape"}')
    into = tmp_path / "into"
    into.mkdir()
    with pytest.raises(EnvironmentFault, match="YTDLP_COOKIES_FILE"):
        await download(LECTURE_ID, into, DownloadSettings(cookies_file=cookies), ignore)


async def test_a_killed_download_goes_on_where_it_stopped(youtube: YouTubeStandin, tmp_path: Path) -> None:
    first = asyncio.create_task(fetch(STALL_ID, tmp_path))
    await wait_until(lambda: any(tmp_path.glob("*.part")), 20, "something has come")
    part = next(iter(tmp_path.glob("*.part")))
    await wait_until(lambda: part.stat().st_size > 300_000, 20, "half of it has come")
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    had = part.stat().st_size
    played = youtube.requests.count("/videoplayback")
    source = await fetch(RESET_ID, tmp_path)
    assert source.path.stat().st_size > had
    assert youtube.requests.count("/videoplayback") == played + 1  # from the middle, so the reset is never met


@pytest.mark.parametrize(
    ("asked_for", "of_track", "known"),
    [("de", "de", "de"), ("pt-BR", "pt", "pt"), ("de", "en", None), ("de", None, None), (None, "en", None)],
)
async def test_a_language_is_handed_on_only_if_the_track_really_has_it(
    asked_for: str | None, of_track: str | None, known: str | None
) -> None:
    assert spoken(asked_for, of_track) == known
