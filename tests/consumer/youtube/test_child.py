"""What yt-dlp's process may see, load and show."""

import asyncio
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from consumer.errors import EnvironmentFault
from consumer.pipeline.download import DownloadSettings, download
from infra.sandbox.standins.youtube import LECTURE_ID, YouTubeStandin
from tests.support.consumer.youtube import ignore

pytestmark = [pytest.mark.asyncio(loop_scope="module")]


async def test_no_password_is_in_a_list_of_processes_or_an_error(youtube: YouTubeStandin, tmp_path: Path) -> None:
    settings = DownloadSettings(
        proxy=SecretStr("http://user:secret@127.0.0.1:9"), extractor_args=SecretStr("youtube:po_token=web.gvs+secret")
    )
    seen: list[str] = []

    async def watch() -> None:
        while True:
            seen.extend(" ".join(child.cmdline()) for child in psutil.Process().children(recursive=True))
            await asyncio.sleep(0.02)

    watching = asyncio.create_task(watch())
    with pytest.raises(EnvironmentFault, match="the proxy cannot be reached") as failed:
        await download(LECTURE_ID, tmp_path, settings, ignore)
    watching.cancel()
    assert any("consumer.youtube.child" in line for line in seen)
    assert "secret" not in " ".join(seen)
    assert "secret" not in str(failed.value)


async def test_extractor_args_reach_yt_dlp(youtube: YouTubeStandin, tmp_path: Path) -> None:
    settings = DownloadSettings(extractor_args=SecretStr("youtube:player_client=mweb"))
    with pytest.raises(EnvironmentFault):  # this client's formats need a token, which nobody has
        await download(LECTURE_ID, tmp_path, settings, ignore)


def plugin(folder: Path, marker: Path) -> None:
    """A plugin of yt-dlp that leaves a mark when it is loaded."""
    package = folder / "marking" / "yt_dlp_plugins" / "extractor"
    package.mkdir(parents=True)
    (package / "marking.py").write_text(f"open({str(marker)!r}, 'w').close()")


@pytest.mark.parametrize("allowed", [True, False])
async def test_only_plugins_in_the_allowed_folder_are_loaded(
    youtube: YouTubeStandin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, allowed: bool
) -> None:
    home, folder, into = tmp_path / "home", tmp_path / "plugins", tmp_path / "into"
    into.mkdir()
    plugin(home / ".config" / "yt-dlp" / "plugins", tmp_path / "from-home")
    plugin(folder, tmp_path / "from-folder")
    monkeypatch.setenv("HOME", str(home))
    await download(LECTURE_ID, into, DownloadSettings(plugin_dir=folder if allowed else None), ignore)
    assert not (tmp_path / "from-home").exists()
    assert (tmp_path / "from-folder").exists() == allowed


async def test_no_module_that_lies_where_it_is_started_is_imported(
    youtube: YouTubeStandin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    into = tmp_path / "into"
    into.mkdir()
    for name in ("json", "yt_dlp", "consumer"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('planted')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert (await download(LECTURE_ID, into, DownloadSettings(), ignore)).path.stat().st_size > 500_000
