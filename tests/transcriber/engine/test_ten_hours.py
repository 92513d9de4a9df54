"""Ten hours in one file: answered, in the memory of a short one."""

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.transcriber.fake_service import memory_bytes, served

HOURS = 10
PATIENCE_S = 1800


@pytest.fixture
def long(lecture: Path, tmp_path: Path) -> Path:
    """The lecture again and again."""
    file = tmp_path / "long.mp3"
    again = ["-stream_loop", "-1", "-i", str(lecture), "-t", str(HOURS * 3600), "-c", "copy"]
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", *again, str(file)], check=True)
    return file


async def sent(file: Path) -> AsyncIterator[bytes]:
    """The file in pieces: it must not be in memory here either."""
    with file.open("rb") as opened:
        while piece := opened.read(1 << 20):
            yield piece


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE_S)
async def test_ten_hours_are_heard_in_the_memory_of_a_short_file(lecture: Path, long: Path) -> None:
    async with served(whisper_window_seconds=30, client_timeout_seconds=60) as server:
        await server.post(lecture.read_bytes())
        before = memory_bytes()
        answer = await server.client.post("/transcribe", content=sent(long), timeout=PATIENCE_S)
        transcript = answer.json()
        assert transcript["duration_s"] == pytest.approx(HOURS * 3600, rel=0.01)
        assert transcript["coverage"]["speech_s"] > HOURS * 2500
        await server.until_idle()
        assert memory_bytes() - before < 100_000_000
