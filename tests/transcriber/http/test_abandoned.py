"""A client that is cut off before its answer: what it finds when it comes again, and what is left when it does not."""

import asyncio
import subprocess
import time
from pathlib import Path

import pytest

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.fake_service import Served, served


def repeated(file: Path, times: int, to: Path) -> bytes:
    """The same again and again in one file."""
    loop = ["ffmpeg", "-loglevel", "error", "-stream_loop", str(times - 1), "-i", str(file), "-c", "copy", str(to)]
    subprocess.run(loop, check=True)
    return to.read_bytes()


def part(file: Path, seconds: int, to: Path) -> bytes:
    """Its beginning."""
    cut = ["ffmpeg", "-loglevel", "error", "-i", str(file), "-t", str(seconds), "-c", "copy", str(to)]
    subprocess.run(cut, check=True)
    return to.read_bytes()


async def cut_off(server: Served, file: bytes) -> None:
    """Post a file and leave while the model is at it."""
    server.backend.unblocked.clear()
    asking = asyncio.create_task(server.post(file, language="en"))
    await wait_until(server.backend.busy.is_set, what="the model works")
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await wait_until(lambda: server.service.slots.taken == 0, what="the service has heard of it")


async def windows(file: bytes) -> int:
    """How many windows a file costs."""
    async with served(model_workers=1) as server:
        await server.post(file, language="en")
        return int(server.metric("windows_total"))


async def test_the_same_file_again_costs_only_what_is_left(lecture: Path) -> None:
    file = lecture.read_bytes()
    async with served(model_workers=1, abandoned_seconds=60) as server:
        await cut_off(server, file)
        server.backend.unblocked.set()
        await wait_until(lambda: server.metric("windows_total") >= 4, 20, "it goes on without its client")
        answer = await server.post(file, language="en")
        assert answer.status_code == 200
        assert server.metric("windows_total") == await windows(file)
        await server.until_idle()


async def test_cut_at_seventy_percent_the_second_try_waits_for_less_than_forty_percent_of_the_windows(
    lecture: Path, tmp_path: Path
) -> None:
    long = repeated(lecture, 2, tmp_path / "long.mp3")
    async with served(model_workers=1, batch_size=1, abandoned_seconds=60) as server:
        server.backend.trouble = lambda _marks: time.sleep(0.04)
        assert (await server.post(long, language="en", prompt="the whole")).status_code == 200
        whole = server.metric("windows_total")
        asking = asyncio.create_task(server.post(long, language="en"))
        await wait_until(lambda: server.metric("windows_total") >= 1.7 * whole, 30, "70 % is done")
        asking.cancel()
        assert 2 * whole - server.metric("windows_total") < 0.4 * whole
        assert (await server.post(long, language="en")).status_code == 200
        assert server.metric("windows_total") == 2 * whole


async def test_abandoned_work_lets_others_go_first(lecture: Path, tmp_path: Path) -> None:
    file, other = lecture.read_bytes(), part(lecture, 60, tmp_path / "other.mp3")
    both = await windows(file) + (alone := await windows(other))
    async with served(model_workers=1, batch_size=alone, short_encodes=False, abandoned_seconds=60) as server:
        before, warm = server.backend.ready, len(server.backend.calls)
        await cut_off(server, file)
        waiting = asyncio.create_task(server.post(other, language="en"))
        await wait_until(lambda: server.backend.ready - before == both, what="all windows are ready")
        server.backend.unblocked.set()
        answer = (await waiting).text
        _, batch = server.backend.calls[warm : warm + 2]
        strangers = [mark for mark in batch.marks if f"Window {mark}." not in answer]
        assert len(strangers) < alone / 4, "taking turns would be half"


async def test_work_that_nobody_comes_back_for_is_stopped(lecture: Path) -> None:
    async with served(model_workers=1, abandoned_seconds=0.3) as server:
        await cut_off(server, lecture.read_bytes())
        assert server.uploads()
        await wait_until(lambda: server.metric("cancelled_total") == 1)
        server.backend.unblocked.set()
        await server.until_idle()


async def test_a_stop_does_not_wait_for_it(lecture: Path) -> None:
    async with served(model_workers=1, abandoned_seconds=60) as server:
        await cut_off(server, lecture.read_bytes())
        server.backend.unblocked.set()
        await asyncio.wait_for(server.service.drain(asyncio.Event()), 5)
        await server.until_idle()


async def test_a_stream_that_is_left_is_stopped_at_once(lecture: Path) -> None:
    """Its client was never without a sign of life, so it left because it wanted to."""
    async with served(model_workers=1, abandoned_seconds=60) as server:
        server.backend.unblocked.clear()
        files, fields = {"file": lecture.read_bytes()}, {"format": "ndjson"}
        async with server.client.stream("POST", "/transcribe", files=files, data=fields) as answer:
            await anext(answer.aiter_lines())
        server.backend.unblocked.set()
        await server.until_idle()
