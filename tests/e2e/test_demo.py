"""`./dev demo`, as a newcomer types it."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest

from infra.sandbox.paths import POCKET_MODEL, ROOT
from infra.sandbox.standins.youtube import LECTURE_URL, YouTubeStandin
from infra.sandbox.system import MODEL
from infra.sandbox.waiting import wait_until

DEMO = [sys.executable, "-m", "infra.sandbox.demo"]


async def start(folder: Path, scratch: Path, *arguments: str, **settings: str) -> asyncio.subprocess.Process:
    """The demo, in an empty folder, writing to a pipe."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(scratch), **settings}
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *DEMO, *arguments, cwd=folder, env=environment, stdout=pipe, stderr=pipe
    )


@pytest.fixture
def scratch() -> Generator[Path]:
    """A folder for temporary files that Postgres, which runs as another user when we are ROOT, can enter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def running_in(folder: Path) -> list[str]:
    """Command lines of all processes, daemons too, that name the folder."""
    lines = (" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"]))
    return [line for line in lines if str(folder) in line]


def left_in(folder: Path) -> list[Path]:
    """Files in it; the embedded Postgres's own lock, shared by all that use it on a machine, does not count."""
    return [path for path in folder.iterdir() if path.name != ".lockfile"]


async def test_the_demo_shows_the_row_the_transcript_cards_a_quiz_and_the_files(tmp_path: Path, scratch: Path) -> None:
    process = await start(tmp_path, scratch)
    output, errors = await asyncio.wait_for(process.communicate(), 100)
    text = output.decode()
    assert process.returncode == 0, errors.decode()
    for expected in ("the row", "completed", "the transcript begins", "\ncards\n", "\na quiz item\n", "study.html"):
        assert expected in text
    assert "lectern study out/LecternDemo/transcript.json --out out/LecternDemo" in text
    assert (tmp_path / "out" / "LecternDemo" / "study.html").is_file()
    assert left_in(scratch) == []


@pytest.mark.parametrize("parts", [1, 3])
async def test_ctrl_c_leaves_no_process_and_no_file_however_far_the_start_has_come(
    tmp_path: Path, scratch: Path, parts: int
) -> None:
    process = await start(tmp_path, scratch)
    parent = psutil.Process(process.pid)
    await wait_until(lambda: len(parent.children(recursive=True)) >= parts, 30, "parts have started")
    process.send_signal(signal.SIGINT)
    output, errors = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, errors) == (130, b"")
    assert "nothing is left running" in output.decode()
    assert (running_in(scratch), left_in(scratch), list(tmp_path.iterdir())) == ([], [], [])


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("notes.txt", b"no sound in here", "notes.txt has no sound that ffmpeg can read"),
        ("missing.mp3", None, "missing.mp3 is neither a file nor the address of a YouTube video"),
    ],
)
async def test_what_is_no_recording_is_said_before_anything_is_fetched_or_started(
    tmp_path: Path, scratch: Path, name: str, content: bytes | None, says: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    process = await start(tmp_path, scratch, name)
    output, errors = await asyncio.wait_for(process.communicate(), 30)
    assert (process.returncode, errors) == (2, b"")
    assert says in output.decode()
    assert "Whisper" not in output.decode()
    assert "starting" not in output.decode()


@pytest.mark.slow
async def test_an_address_is_fetched_as_the_shells_proxy_lets_and_heard_with_the_model_it_names(
    tmp_path: Path, scratch: Path
) -> None:
    async with YouTubeStandin(bytes_a_second=None) as youtube:
        settings = {**youtube.environment, **MODEL, "STUDY_PROVIDER": "extractive"}
        process = await start(tmp_path, scratch, LECTURE_URL, **settings)
        output, errors = await asyncio.wait_for(process.communicate(), 100)
    assert process.returncode == 0, output.decode() + errors.decode()
    assert f"the model is from this machine: {POCKET_MODEL}" in output.decode()
    assert "the real YouTube" in output.decode()
    assert "Neither STUDY_PROVIDER nor a key is set" not in output.decode()
    assert "/watch" in "".join(youtube.requests)
