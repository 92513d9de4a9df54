"""`transcriber fetch`, as the one-shot container runs it: the model is there, comes, or one line says why not."""

import asyncio
import json
import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from infra.sandbox.paths import POCKET_MODEL
from infra.sandbox.processes import base_environment, free_port
from infra.sandbox.standins.hub import HubStandin
from infra.sandbox.waiting import wait_until
from transcriber.model.hub import Blob


def environment(tmp_path: Path, hub: HubStandin | None = None) -> dict[str, str]:
    """No proxy, and nobody else's cache."""
    found = {**base_environment(), "HF_HOME": str(tmp_path / "hub-cache")}
    return {**found, "WHISPER_MODEL": "tiny", "HF_ENDPOINT": hub.url} if hub else found


def fetch(tmp_path: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run it."""
    env = {**environment(tmp_path), **settings}
    return subprocess.run(["transcriber", "fetch"], capture_output=True, text=True, env=env, timeout=60, check=False)


def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    done = fetch(tmp_path, WHISPER_MODEL=str(POCKET_MODEL))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stderr.splitlines()[-1])
    assert (said["event"], said["folder"], said["compute_type"]) == ("model.here", str(POCKET_MODEL), "int8")


def test_a_name_is_downloaded_once(tmp_path: Path) -> None:
    with HubStandin(POCKET_MODEL) as hub:
        first = fetch(tmp_path, WHISPER_MODEL="tiny", HF_ENDPOINT=hub.url)
        assert first.returncode == 0, first.stderr
        assert "model.download.end" in first.stderr
    again = fetch(tmp_path, WHISPER_MODEL="tiny", HF_ENDPOINT=hub.url)  # the hub is gone
    assert again.returncode == 0, again.stderr
    assert "model.download" not in again.stderr


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A model of 40 MB: the client keeps what it has in steps of 10 MB."""
    large = tmp_path / "large"
    large.mkdir()
    (large / "config.json").write_text("{}")
    (large / "model.bin").write_bytes(os.urandom(40_000_000))
    return large


def partial(tmp_path: Path) -> list[Path]:
    """Files that are not whole."""
    return [*(tmp_path / "hub-cache").rglob("*.part"), *(tmp_path / "hub-cache").rglob("*.incomplete")]


async def killed(tmp_path: Path, hub: HubStandin) -> None:
    """A fetch that is killed in the middle of the largest file."""
    env = environment(tmp_path, hub)
    fetching = await asyncio.create_subprocess_exec("transcriber", "fetch", env=env, stderr=subprocess.DEVNULL)
    await wait_until(lambda: any(file.stat().st_size >= 10_000_000 for file in partial(tmp_path)), 30, "half is there")
    fetching.kill()
    await fetching.wait()


@pytest.mark.slow
async def test_a_killed_download_goes_on_where_it_was_and_leaves_nothing(tmp_path: Path, large: Path) -> None:
    with HubStandin(large, stalls=True) as hub:
        await killed(tmp_path, hub)
        done = fetch(tmp_path, WHISPER_MODEL="tiny", HF_ENDPOINT=hub.url)
    assert done.returncode == 0, done.stderr
    assert hub.ranges[0] == "all"
    (asked,) = hub.ranges[1:]
    assert int(asked.removeprefix("bytes=").removesuffix("-")) >= 10_000_000
    (arrived,) = (tmp_path / "hub-cache").rglob("snapshots/*/model.bin")
    assert arrived.read_bytes() == (large / "model.bin").read_bytes()
    assert partial(tmp_path) == []


@pytest.mark.slow
async def test_what_a_killed_download_left_damaged_is_fetched_anew(tmp_path: Path, large: Path) -> None:
    with HubStandin(large, stalls=True) as hub:
        await killed(tmp_path, hub)
        (part,) = partial(tmp_path)
        part.write_bytes(bytes(part.stat().st_size))  # a power cut can leave zeros
        done = fetch(tmp_path, WHISPER_MODEL="tiny", HF_ENDPOINT=hub.url)
    assert done.returncode == 0, done.stderr
    assert hub.ranges[2] == "all"
    (arrived,) = (tmp_path / "hub-cache").rglob("snapshots/*/model.bin")
    assert arrived.read_bytes() == (large / "model.bin").read_bytes()


@pytest.mark.slow
async def test_the_rest_of_a_download_of_another_version_is_cleared_away(tmp_path: Path) -> None:
    """The hub's own client gives what is not whole a random name, which nothing finds again."""
    blobs = tmp_path / "hub-cache/hub/models--Systran--faster-whisper-tiny/blobs"
    blobs.mkdir(parents=True)
    (blobs / "abc.1234abcd.incomplete").write_bytes(b"half")
    os.utime(blobs / "abc.1234abcd.incomplete", (0, 0))
    with HubStandin(POCKET_MODEL) as hub:
        done = fetch(tmp_path, WHISPER_MODEL="tiny", HF_ENDPOINT=hub.url)
    assert done.returncode == 0, done.stderr
    assert partial(tmp_path) == []


def test_a_disk_that_is_too_small_is_not_filled_first(tmp_path: Path) -> None:
    blob = Blob("http://127.0.0.1:9", "etag", shutil.disk_usage(tmp_path).free * 2, tmp_path)
    with pytest.raises(OSError, match="No space left on device"):
        blob.fetch()
    assert blob.arrived_bytes == 0


@pytest.mark.slow
def test_a_baked_model_is_found_beside_an_empty_cache(tmp_path: Path) -> None:
    with HubStandin(POCKET_MODEL) as hub:
        fetch(tmp_path, WHISPER_MODEL="tiny", HF_ENDPOINT=hub.url, HF_HOME=str(tmp_path / "baked"))
    done = fetch(tmp_path, WHISPER_MODEL="tiny", BAKED_HOME=str(tmp_path / "baked"), HF_ENDPOINT="http://127.0.0.1:9")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stderr.splitlines()[-1])["origin"] == "baked"


@pytest.mark.slow
def test_a_download_that_breaks_off_goes_on_where_it_was(tmp_path: Path, large: Path) -> None:
    with HubStandin(large, breaks=1) as hub:
        done = fetch(tmp_path, WHISPER_MODEL="tiny", HF_ENDPOINT=hub.url)
    assert done.returncode == 0, done.stderr
    assert hub.ranges[0] == "all"
    assert hub.ranges[1].startswith("bytes=")
    (arrived,) = (tmp_path / "hub-cache").rglob("snapshots/*/model.bin")
    assert arrived.read_bytes() == (large / "model.bin").read_bytes()


async def test_readiness_says_that_a_model_downloads_and_then_where_it_came_from(tmp_path: Path) -> None:
    port = str(free_port())

    async def says(name: str, value: str) -> bool:
        with suppress(httpx.TransportError):
            return (await client.get("/health/ready")).json().get(name) == value
        return False

    with HubStandin(POCKET_MODEL, stalls=True) as hub:
        env = {**environment(tmp_path, hub), "PORT": port, "WHISPER_WINDOW_SECONDS": "10"}
        serving = await asyncio.create_subprocess_exec("transcriber", env=env, stderr=subprocess.DEVNULL)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            try:
                await wait_until(lambda: says("reason", "the model is downloading"), 30)
                hub.go_on.set()
                await wait_until(lambda: says("model_origin", "downloaded"), 30)
            finally:
                serving.terminate()
                await serving.wait()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"WHISPER_MODEL": "larg-v3"}, "WHISPER_MODEL='larg-v3' is no model: use a folder's path, a hub id, or one of"),
        ({"WHISPER_MODEL": "/no/such"}, "WHISPER_MODEL='/no/such': there is no such folder"),
        ({"WHISPER_MODEL": "/"}, "is no converted model: model.bin and config.json not found there"),
        ({"WHISPER_MODEL": str(POCKET_MODEL), "WHISPER_DEVICE": "cuda"}, "no NVIDIA GPU can be seen here"),
        (
            {"WHISPER_MODEL": str(POCKET_MODEL), "WHISPER_COMPUTE_TYPE": "float16"},
            "WHISPER_COMPUTE_TYPE=float16: this cpu",
        ),
        ({"WHISPER_MODEL": "some/where", "HF_ENDPOINT": "HUB"}, "the model hub has none of that name"),
        ({"WHISPER_MODEL": "tiny", "HF_ENDPOINT": "http://127.0.0.1:9"}, "the model hub cannot be reached: connect"),
    ],
)
def test_what_is_wrong_is_one_line_and_a_code(tmp_path: Path, settings: dict[str, str], says: str) -> None:
    if settings.get("WHISPER_DEVICE") and Path("/dev/nvidia0").exists():
        pytest.skip("this machine has a GPU")
    with HubStandin(POCKET_MODEL) as hub:
        there = {name: hub.url if value == "HUB" else value for name, value in settings.items()}
        done = fetch(tmp_path, **there)
    assert done.returncode == 3, done.stderr
    *logged, line = done.stderr.strip().splitlines()
    assert all(json.loads(before)["level"] == "warning" for before in logged), "only what was tried in between"
    assert line.startswith("transcriber: ")
    assert says in line


def test_a_volume_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        target = Path("/proc/nowhere")  # even root cannot write there
    else:
        target = tmp_path / "locked"
        target.mkdir(mode=0o500)
    with HubStandin(POCKET_MODEL) as hub:
        done = fetch(tmp_path, WHISPER_MODEL="tiny", HF_ENDPOINT=hub.url, HF_HOME=str(target))
    assert done.returncode == 3
    assert "transcriber: WHISPER_MODEL='tiny' could not be downloaded" in done.stderr
