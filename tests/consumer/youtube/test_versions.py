"""A newer yt-dlp beside the built-in one: fetched by the real pip from a local index, tried out, used, rolled back."""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from consumer.pipeline.download import DownloadSettings, download
from consumer.youtube.update import run_selftest, update
from consumer.youtube.versions import CURRENT, Overlay, VerifiedVersion, find_deno, find_overlay, own_version
from infra.sandbox.standins.youtube import LECTURE_ID, YouTubeStandin
from tests.support.commands import lectern
from tests.support.consumer.wheels import repacked, write_wheel

pytestmark = pytest.mark.slow  # pip fills a folder for each of them
NEWER, BROKEN, UNSOLVING, DEMANDING = "2099.1.1", "2099.2.2", "2099.3.3", "2099.4.4"
SOLVER = distribution("yt-dlp-ejs").version
CORE = "yt_dlp_ejs/yt/solver/core.min.js"
CORRUPT = {"yt_dlp/__init__.py": b"raise ImportError('this yt-dlp is broken')\n"}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newer yt-dlp that works, one that cannot be imported, one whose solver fails, one that wants a newer Deno."""
    folder = tmp_path_factory.mktemp("index")
    pinned = 'Requires-Dist: yt-dlp-ejs=={}; extra == "default"\nRequires-Dist: deno>=2; extra == "deno"\n'
    solves_nothing = "98.7.6"
    for version, changed, wants in (
        (NEWER, _renamed(NEWER), SOLVER),
        (UNSOLVING, {}, solves_nothing),
        (DEMANDING, {}, SOLVER),
    ):
        pinned = pinned.replace("deno>=2;", "deno>=99;") if version == DEMANDING else pinned
        write_wheel(folder, "yt-dlp", version, repacked("yt-dlp", version, changed, pinned.format(wants)))
    write_wheel(folder, "yt-dlp", BROKEN, CORRUPT | _metadata(BROKEN, pinned.format(SOLVER)))
    deno = f'#!/bin/sh\nexec {find_deno(None)} "$@"\n'.encode()
    write_wheel(folder, "deno", "99.9.9", repacked("deno", "99.9.9", {"deno-99.9.9.data/scripts/deno": deno}))
    for version, changed in ((SOLVER, {}), (solves_nothing, {CORE: b"const jsc = () => ({responses: []});"})):
        write_wheel(folder, "yt-dlp-ejs", version, repacked("yt-dlp-ejs", version, changed))
    return folder


def _renamed(version: str) -> dict[str, bytes]:
    path = "yt_dlp/version.py"
    own = Path(str(distribution("yt-dlp").locate_file(path))).read_text()
    return {path: own.replace(own_version(), version).encode()}


def _metadata(version: str, requires: str) -> dict[str, bytes]:
    whole = repacked("yt-dlp", version, {}, requires)
    return {path: body for path, body in whole.items() if ".dist-info/" in path}


@pytest.fixture(scope="module")
def settings(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[pytest.MonkeyPatch]:
    """pip sees the local index and nothing else; the overlay's folder is new."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("PIP_")]:
            patch.delenv(name)
        patch.setenv("PIP_NO_INDEX", "1")
        patch.setenv("PIP_FIND_LINKS", str(index))
        patch.setenv("YTDLP_OVERLAY_DIR", str(tmp_path_factory.mktemp("overlay")))
        yield patch


@pytest.fixture(scope="module")
def home(settings: pytest.MonkeyPatch) -> Path:
    """The overlay's folder, with the newer yt-dlp in use."""
    home = Path(os.environ["YTDLP_OVERLAY_DIR"])
    asyncio.run(update(home, NEWER))
    return home


@pytest.fixture
async def youtube(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[None]:
    async with YouTubeStandin() as site:
        for name, value in site.environment.items():
            monkeypatch.setenv(name, value)
        yield


@pytest.fixture
def copy(home: Path, tmp_path: Path) -> Path:
    """An overlay to be spoiled."""
    shutil.copytree(home, tmp_path / "overlay", symlinks=True)
    return tmp_path / "overlay"


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    yield
    structlog.reset_defaults()


async def versions_used(home: Path, into: Path) -> tuple[list[str], list[str]]:
    """Download the lecture; which yt-dlp were started, and the names of warnings."""
    with capture_logs() as logs:
        source = await download(LECTURE_ID, into, DownloadSettings(overlay_dir=home), lambda _: None)
    assert source.path.stat().st_size > 500_000
    started = [entry["version"] for entry in logs if entry["event"] == "ytdlp.started"]
    return started, [entry["event"] for entry in logs if entry["log_level"] == "warning"]


def recorded(home: Path, verified: VerifiedVersion) -> Path:
    """An overlay with this record and nothing else."""
    (home / "newer").mkdir()
    Overlay(home / "newer", verified).write()
    (home / CURRENT).symlink_to("newer")
    return home


async def test_a_newer_one_is_used_for_the_next_download(home: Path, tmp_path: Path, youtube: None) -> None:
    assert await versions_used(home, tmp_path) == ([NEWER], [])


async def test_one_that_does_not_import_any_more_is_passed_over_with_a_warning(
    copy: Path, tmp_path: Path, youtube: None
) -> None:
    (copy / CURRENT / "yt_dlp" / "__init__.py").write_bytes(CORRUPT["yt_dlp/__init__.py"])
    assert await versions_used(copy, tmp_path / "media") == ([own_version()], ["ytdlp.overlay_broken"])


@pytest.mark.parametrize(
    ("version", "words"),
    [(BROKEN, "this yt-dlp is broken"), (UNSOLVING, "does not solve the sample"), ("2098.1", "could not be fetched")],
)
async def test_one_that_fails_its_self_test_is_not_used_and_leaves_nothing(
    home: Path, version: str, words: str
) -> None:
    before = sorted(home.iterdir())
    done = await lectern("update-ytdlp", "--version", version)
    assert done.exit_code == 1
    assert words in str(done.exception)
    assert sorted(home.iterdir()) == before
    overlay = find_overlay(home)
    assert overlay is not None
    assert overlay.verified == VerifiedVersion(NEWER, SOLVER, own_version())


async def test_a_newer_deno_comes_along_where_ours_is_too_old(copy: Path) -> None:
    overlay = await update(copy, DEMANDING)
    assert find_deno(overlay.folder) == str(overlay.folder / "bin" / "deno")


async def test_updating_again_keeps_the_one_in_use_and_the_one_before_it(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = copy / ".new-killed"
    killed.mkdir()
    os.utime(killed, (0, 0))
    monkeypatch.setenv("YTDLP_OVERLAY_DIR", str(copy))
    for _ in range(2):
        done = await lectern("update-ytdlp", "--version", NEWER)
        assert done.output == f"yt-dlp {NEWER} with solver {SOLVER} is used from now on; built in is {own_version()}\n"
    assert len([path for path in copy.iterdir() if not path.is_symlink()]) == 2
    assert (copy / CURRENT / "yt_dlp").is_dir()
    done = await lectern("update-ytdlp", "--built-in")
    assert done.output == f"the built-in yt-dlp {own_version()} is used from now on\n"
    assert find_overlay(copy) is None


def test_the_overlay_s_own_deno_is_preferred(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    deno = tmp_path / "bin" / "deno"
    deno.touch(0o755)
    assert find_deno(tmp_path) == str(deno)
    assert find_deno(None) != str(deno)


async def test_the_self_test_runs_on_the_built_in_one_too() -> None:
    assert await run_selftest(None) == VerifiedVersion(own_version(), SOLVER, own_version())


@pytest.mark.parametrize(
    ("version", "replaces", "used"),
    [
        ("2099.1.1", own_version(), True),
        ("2001.1.1", own_version(), True),  # an older one, by the operator's wish
        ("2099.1.1", "2001.1.1", True),
        ("2002.1.1", "2001.1.1", False),  # the image was renewed since
    ],
)
def test_a_newer_image_outdates_an_overlay(tmp_path: Path, version: str, replaces: str, *, used: bool) -> None:
    overlay = find_overlay(recorded(tmp_path, VerifiedVersion(version, SOLVER, replaces)))
    assert (overlay is not None) == used


def test_a_spoiled_record_is_passed_over_with_a_warning(tmp_path: Path) -> None:
    recorded(tmp_path, VerifiedVersion(NEWER, SOLVER, own_version()))
    (tmp_path / CURRENT / "lectern.json").write_text("{}")
    with capture_logs() as logs:
        assert find_overlay(tmp_path) is None
    assert [entry["event"] for entry in logs] == ["ytdlp.overlay_unreadable"]


async def test_without_a_folder_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YTDLP_OVERLAY_DIR", raising=False)
    done = await lectern("update-ytdlp")
    assert "YTDLP_OVERLAY_DIR is not set" in str(done.exception)


async def test_a_folder_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YTDLP_OVERLAY_DIR", "/proc/overlay")
    done = await lectern("update-ytdlp")
    assert "YTDLP_OVERLAY_DIR='/proc/overlay' cannot be written" in str(done.exception)
