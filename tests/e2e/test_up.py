"""`./dev up` and the operator's command beside it, as its own instructions say to type them."""

import asyncio
import json
import os
import shlex
import signal
import sys
from pathlib import Path

import pytest

from infra.sandbox.paths import ROOT, SAMPLE
from infra.sandbox.waiting import wait_until

pytestmark = [pytest.mark.slow]
URL = "https://www.youtube.com/watch?v=LecternDemo"


async def lectern(environment: dict[str, str], *command: str) -> tuple[int, str]:
    """Exit code and output of one command."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "consumer", *command, env={**os.environ, **environment}, stdout=pipe, stderr=pipe
    )
    output, errors = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, (output + errors).decode()


async def test_a_system_that_is_up_takes_videos_and_files_until_ctrl_c(tmp_path: Path) -> None:
    up = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "infra.sandbox.up"), cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    settings = tmp_path / "out" / "up.env"
    await wait_until(lambda: settings.exists() or up.returncode is not None, 60, "it is up")
    lines = [shlex.split(line)[1] for line in settings.read_text().splitlines()]
    environment = dict(line.split("=", 1) for line in lines)

    assert await lectern(environment, "submit", URL) == (0, "LecternDemo is queued: lectern status LecternDemo\n")

    async def is_completed() -> bool:
        return "completed" in (await lectern(environment, "status", "LecternDemo"))[1]

    await wait_until(is_completed, 60, "the video is completed", every_s=0.5)
    _, story = await lectern(environment, "explain", "LecternDemo")
    assert "now: completed; next: nothing: it is done" in story

    for _ in range(2):  # the second time what was heard is not asked for again
        code, said = await lectern(environment, "process", str(SAMPLE), "--out", str(tmp_path))
        assert (code, "open " in said) == (0, True), said
    assert json.loads((tmp_path / "sample" / "quiz.json").read_text())["provider"] == "extractive"

    up.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(up.wait(), 60) == 0
    assert not settings.exists()
