"""`transcriber fetch`, as the one-shot container runs it: the model is there, comes, or one line says why not."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.embedded.processes import base_environment
from tests.embedded.system import POCKET_MODEL
from tests.standins.hub import HubStandin


def fetch(tmp_path: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run it; no proxy, and nobody else's cache."""
    environment = {**base_environment(), "HF_HOME": str(tmp_path / "hub-cache"), "HF_HUB_DISABLE_XET": "1", **settings}
    return subprocess.run(
        ["transcriber", "fetch"], capture_output=True, text=True, env=environment, timeout=60, check=False
    )


def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    done = fetch(tmp_path, WHISPER_MODEL=str(POCKET_MODEL))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert (said["event"], said["folder"], said["compute_type"]) == ("model.here", str(POCKET_MODEL), "int8")


def test_a_name_is_downloaded_once(tmp_path: Path) -> None:
    with HubStandin(POCKET_MODEL) as hub:
        first = fetch(tmp_path, WHISPER_MODEL="tiny", HF_ENDPOINT=hub.url)
        assert first.returncode == 0, first.stderr
        assert "model.download.end" in first.stdout
    again = fetch(tmp_path, WHISPER_MODEL="tiny", HF_ENDPOINT=hub.url)  # the hub is gone
    assert again.returncode == 0, again.stderr
    assert "model.download" not in again.stdout


def test_a_download_that_breaks_off_goes_on_where_it_was(tmp_path: Path) -> None:
    large = tmp_path / "large"  # the client keeps what it has in steps of 10 MB
    large.mkdir()
    (large / "config.json").write_text("{}")
    (large / "model.bin").write_bytes(os.urandom(40_000_000))
    with HubStandin(large, breaks=1) as hub:
        done = fetch(tmp_path, WHISPER_MODEL="tiny", HF_ENDPOINT=hub.url)
    assert done.returncode == 0, done.stderr
    assert hub.ranges[0] == "all"
    assert hub.ranges[1].startswith("bytes=")
    (arrived,) = (tmp_path / "hub-cache").rglob("snapshots/*/model.bin")
    assert arrived.read_bytes() == (large / "model.bin").read_bytes()


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
    assert done.returncode == 3, done.stdout
    (line,) = done.stderr.strip().splitlines()
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
