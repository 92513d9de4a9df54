"""Working folders: never shared, gone on with after a kill, swept when nobody comes back."""

import asyncio
import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from consumer.errors import EnvironmentFault, TransientError, VideoError
from consumer.housekeeping import keep_house, tidy
from consumer.pipeline.workdir import STALE_S, make_scratch, sweep, working_folder
from infra.sandbox.waiting import wait_until

OTHER = """
import sys, time
from pathlib import Path
from consumer.pipeline.workdir import working_folder
with working_folder(Path(sys.argv[1]), "v1", 1) as folder:
    (folder / "source.part").write_text("half")
    print(folder, flush=True)
    time.sleep(60)
"""


def other(scratch: Path) -> tuple[subprocess.Popen[str], Path]:
    """Another consumer in the middle of a download of v1, and its folder."""
    process = subprocess.Popen([sys.executable, "-c", OTHER, str(scratch)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as said:
        return process, Path(said.readline().strip())


def test_two_consumers_never_share_a_folder(tmp_path: Path) -> None:
    process, theirs = other(tmp_path)
    try:
        with working_folder(tmp_path, "v1", 2) as ours:
            assert ours != theirs
            assert list(ours.iterdir()) == []
        assert (theirs / "source.part").exists()
        assert list(tmp_path.iterdir()) == [theirs]
    finally:
        process.kill()
        process.wait()


def test_what_a_killed_consumer_downloaded_is_gone_on_with(tmp_path: Path) -> None:
    process, theirs = other(tmp_path)
    process.kill()
    process.wait()
    with working_folder(tmp_path, "v1", 2) as ours:
        assert ours == theirs
        assert (ours / "source.part").read_text() == "half"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "error", [TransientError("later"), EnvironmentFault("a dead key"), asyncio.CancelledError()], ids=repr
)
def test_work_that_comes_back_finds_what_was_done(tmp_path: Path, error: BaseException) -> None:
    def attempt() -> None:
        with working_folder(tmp_path, "v1", 1) as folder:
            (folder / "source.webm").write_text("whole")
            raise error

    with pytest.raises(type(error)):
        attempt()
    with working_folder(tmp_path, "v1", 2) as folder:
        assert (folder / "source.webm").read_text() == "whole"


@pytest.mark.parametrize("error", [VideoError("no sound"), EnvironmentFault("full", code="disk_full"), ValueError()])
def test_work_that_ended_otherwise_leaves_nothing(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)), working_folder(tmp_path, "v1", 1):
        raise error
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_our_fault_and_gets_its_space_back(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="the disk is full: free space"), working_folder(tmp_path, "v1", 1):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_two_attempts_in_one_process_do_not_share_either(tmp_path: Path) -> None:
    with working_folder(tmp_path, "v1", 1) as first, working_folder(tmp_path, "v1", 2) as second:
        assert first != second


def test_only_what_is_old_and_held_by_nobody_is_swept(tmp_path: Path) -> None:
    old = time.time() - STALE_S - 60
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    (tmp_path / "file").touch()
    with working_folder(tmp_path, "busy", 1) as busy:
        for path in (tmp_path / "old", tmp_path / "file", busy):
            os.utime(path, (old, old))
        sweep(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {"new", "file", "busy"}


async def test_housekeeping_goes_on_where_a_piece_of_it_fails() -> None:
    done: list[str] = []

    async def fails() -> None:
        done.append("fails")
        raise TransientError("the database does not answer")

    async def works() -> None:
        done.append("works")

    keeping = asyncio.create_task(keep_house([fails, works]))
    await wait_until(lambda: done == ["fails", "works"])
    keeping.cancel()


async def test_what_no_attempt_can_use_goes_at_once(tmp_path: Path) -> None:
    for name in ("open", "open+3", "done", "done+2"):
        (tmp_path / name).mkdir()

    async def has_ended(video_id: str) -> bool:
        return video_id == "done"

    with working_folder(tmp_path, "held", 1), working_folder(tmp_path, "held", 2):
        await tidy(tmp_path, has_ended)
        assert {path.name for path in tmp_path.iterdir()} == {"open", "held", "held+2"}


def test_a_folder_that_cannot_be_made_is_our_fault_and_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentFault, match=r"\(DOWNLOAD_DIR\) cannot be written: Not a directory"):
        make_scratch(tmp_path / "file" / "lectern")
