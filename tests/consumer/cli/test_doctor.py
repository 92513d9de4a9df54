"""`lectern doctor` tells what stops a start from what the consumer copes with by itself."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from consumer.cli.commands import app
from consumer.cli.doctor import Doubtful, judge_room, way_to_youtube
from consumer.database.videos import Claim, Videos
from consumer.errors import EnvironmentFault
from consumer.models import Job, Outcome, Status
from consumer.youtube.failures import classify
from consumer.youtube.versions import CURRENT, PROXIES, Overlay, VerifiedVersion, own_version
from infra.sandbox.aws import Aws
from infra.sandbox.processes import free_port
from infra.sandbox.standins.serving import serving
from tests.support.consumer.fake_transcriber import FakeTranscriber


@pytest.fixture
def environment(
    clean_environment: pytest.MonkeyPatch, database: dict[str, str], aws: Aws, videos: Videos, tmp_path: Path
) -> pytest.MonkeyPatch:
    """Everything but a transcriber."""
    ours = {"DOWNLOAD_DIR": str(tmp_path / "scratch"), "TRANSCRIBER_URL": "http://127.0.0.1:1", "COLUMNS": "400"}
    for name, value in {**aws.environment, **database, **ours}.items():
        clean_environment.setenv(name, value)
    return clean_environment


async def said_of(part: str, *options: str) -> str:
    """The doctor's line about one part."""
    done = await asyncio.to_thread(CliRunner().invoke, app, ["doctor", *options])
    (line,) = [
        line for line in done.output.splitlines() if line[:3] in ("ok ", "?? ", "BAD") and line.split()[1] == part
    ]
    return line


async def test_words_of_youtube_that_nobody_knows_are_shown(environment: pytest.MonkeyPatch, videos: Videos) -> None:
    assert "YouTube said nothing in 7 days" in await said_of("wordings")
    claim = await videos.claim(Job("v1", "abcdefghijk"), "w1", 30, "m1")
    assert isinstance(claim, Claim)
    unknown = classify("This video is on strike")
    await videos.give_up(claim, Outcome("retry", Status.QUEUED, unknown.code, str(unknown)))
    line = await said_of("wordings")
    assert line.startswith("?? ")
    assert "1 attempts in 7 days" in line
    assert "This video is on strike" in line


@pytest.mark.parametrize(
    ("free_bytes", "raises"), [(10**9, Doubtful), (49 * 10**8, Doubtful), (10**9 - 1, EnvironmentFault)]
)
def test_little_room_is_doubtful_and_less_than_one_video_needs_is_bad(
    free_bytes: int, raises: type[Exception], tmp_path: Path
) -> None:
    with pytest.raises(raises, match=r"GB free under .*: make room, or set DOWNLOAD_DIR") as raised:
        judge_room(free_bytes, tmp_path)
    assert type(raised.value) is raises


def test_enough_room_is_well(tmp_path: Path) -> None:
    assert judge_room(5 * 10**9, tmp_path) == f"5 GB free under {tmp_path}"


async def test_an_overlay_that_fails_its_self_test_is_doubtful(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Downloads go back to the built-in yt-dlp by themselves."""
    (tmp_path / "newer/yt_dlp").mkdir(parents=True)
    (tmp_path / "newer/yt_dlp/__init__.py").write_text("raise ImportError('worn out')")
    Overlay(tmp_path / "newer", VerifiedVersion("2099.1.1", "1", own_version())).write()
    (tmp_path / CURRENT).symlink_to("newer")
    environment.setenv("YTDLP_OVERLAY_DIR", str(tmp_path))
    line = await said_of("yt-dlp")
    assert line.startswith("??")
    assert "worn out: lectern update-ytdlp fetches another, with --built-in it goes back to" in line


async def test_a_drain_that_compose_would_cut_short_is_bad(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DRAIN_SECONDS", "300")
    environment.setenv("STOP_GRACE_SECONDS", "120")
    line = await said_of("stop")
    assert line.startswith("BAD")
    assert "DRAIN_SECONDS=300 needs STOP_GRACE_SECONDS=322, which is 120" in line


async def test_without_compose_nobody_cuts_a_drain_short(environment: pytest.MonkeyPatch) -> None:
    assert (await said_of("stop")).startswith("ok")


async def test_a_database_that_starts_is_waited_for_when_asked(
    environment: pytest.MonkeyPatch, database: dict[str, str]
) -> None:
    port = free_port()
    environment.setenv("DB_HOST", "127.0.0.1")
    environment.setenv("DB_PORT", str(port))
    asked = asyncio.create_task(said_of("database", "--wait"))
    first = asyncio.Event()

    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first.set()
        writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_unix_connection(f"{database['DB_HOST']}/.s.PGSQL.{database['DB_PORT']}")
        await asyncio.gather(_copied(reader, there[1]), _copied(there[0], writer))

    async with await asyncio.start_server(refuse, "127.0.0.1", port):
        await first.wait()
    async with await asyncio.start_server(forward, "127.0.0.1", port):
        assert (await asked).startswith("ok")


async def _copied(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while chunk := await source.read(65536):
        target.write(chunk)
        await target.drain()
    target.close()


async def test_of_several_transcribers_one_that_is_away_is_doubtful_and_named(environment: pytest.MonkeyPatch) -> None:
    async with serving(FakeTranscriber().app()) as url:
        environment.setenv("TRANSCRIBER_URL", f"{url},http://127.0.0.1:1")
        said = await said_of("transcriber")
        assert said.startswith("??")
        assert "stand-in on cpu" in said
        assert "127.0.0.1:1 (TRANSCRIBER_URL) cannot be reached" in said
    assert (await said_of("transcriber")).startswith("BAD")


async def test_what_cannot_be_looked_up_is_not_said_to_be_well(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DB_PORT", "1")
    assert (await said_of("wordings")).startswith("??")


@pytest.mark.parametrize("name", ["YTDLP_PROXY", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
async def test_the_way_to_youtube_is_the_proxy_that_downloads_take(environment: pytest.MonkeyPatch, name: str) -> None:
    for proxy in PROXIES:
        environment.delenv(proxy, raising=False)
    port = free_port()
    environment.setenv(name, f"http://user:secret@127.0.0.1:{port}")
    said = await said_of("YouTube")
    assert said.startswith("??")
    assert f"the proxy (YTDLP_PROXY, HTTPS_PROXY or ALL_PROXY) at 127.0.0.1:{port} cannot be reached" in said
    assert said.endswith("check its address")
    assert "secret" not in said


def test_a_proxy_that_is_not_for_youtube_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", ".youtube.com")
    assert way_to_youtube(None) == ("www.youtube.com", 443, "YouTube")
