"""Jobs with a RESULT_DIR: a killed service's successor has what was done, and says of the rest that it was cut off."""

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.clients.jobs import done, posted
from tests.support.transcriber.fake_service import served
from tests.support.transcriber.serving import transcriber
from transcriber.errors import ConfigError
from transcriber.http.jobs.result_files import JobRecord, ResultFiles


async def view(url: str, path: str) -> dict[str, Any]:
    """What is said of a job."""
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        return (await client.get(path)).json()


async def until_state(url: str, path: str, state: str) -> None:
    """Wait until a job is that far."""

    async def is_there() -> bool:
        return (await view(url, path))["state"] == state

    await wait_until(is_there, 30, f"the job is {state}")


async def left_behind(folder: Path, upload: bytes) -> str:
    """The address of a job that was done by a service which is no more."""
    async with served(result_dir=str(folder)) as server:
        address = await posted(server, upload)
        await done(server, address)
    return address


async def test_after_a_kill_what_was_done_is_fetched_and_what_was_under_way_says_post_it_again(
    tmp_path: Path, lecture: Path, lecture_start: bytes
) -> None:
    settings = {"RESULT_DIR": str(tmp_path / "results"), "MODEL_WORKERS": "1", "BATCH_SIZE": "1"}
    async with transcriber(**settings) as (url, part), httpx.AsyncClient(base_url=url, trust_env=False) as client:
        clip = await client.post("/jobs", files={"file": lecture_start})
        finished = clip.headers["location"]
        await until_state(url, finished, "done")
        before = await view(url, finished)
        deleted = (await client.post("/jobs", content=lecture_start)).headers["location"]
        assert (await client.delete(deleted)).status_code == 204
        under_way = (await client.post("/jobs", content=lecture.read_bytes())).headers["location"]
        await until_state(url, under_way, "running")
        os.kill(part.process.pid, signal.SIGKILL)
        await part.process.wait()
    async with transcriber(**settings) as (url, _), httpx.AsyncClient(base_url=url, trust_env=False) as client:
        assert await view(url, finished) == before
        assert (await client.get(f"{finished}/result?format=srt")).text.startswith("1\n00:00:0")
        cut_off = await view(url, under_way)
        assert (cut_off["state"], cut_off["eta_s"], cut_off["problem"]["status"]) == ("failed", None, 503)
        assert cut_off["problem"]["detail"] == "the service restarted before the job was done: post the file again"
        assert (await client.get(f"{under_way}/result")).json() == cut_off["problem"]
        assert (await client.get(deleted)).status_code == 404
        assert (await client.delete(finished)).status_code == 204
        assert (await client.get(finished)).status_code == 410


async def test_a_stop_keeps_what_it_ended_and_how(tmp_path: Path, lecture: Path) -> None:
    async with served(result_dir=str(tmp_path), drain_seconds=0.1) as server:
        server.backend.unblocked.clear()
        address = await posted(server, lecture.read_bytes())
        await server.service.drain(asyncio.Event())
        before = await done(server, address)
    async with served(result_dir=str(tmp_path)) as server:
        assert (await server.client.get(address)).json() == before
        assert before["problem"]["type"] == "urn:lectern:Draining"


async def test_a_stored_result_is_told_in_events_and_in_memory_it_takes_none(
    tmp_path: Path, lecture_start: bytes
) -> None:
    async with served(result_dir=str(tmp_path)) as server:
        address = await posted(server, lecture_start)
        await done(server, address)
        before = (await server.client.get(f"{address}/events")).text
    async with served(result_dir=str(tmp_path)) as server:
        assert (await server.client.get(f"{address}/events")).text == before
        assert server.metric("results_kept") == 1


async def test_time_goes_on_while_no_service_runs(tmp_path: Path, lecture_start: bytes) -> None:
    address = await left_behind(tmp_path, lecture_start)
    (path,) = tmp_path.glob("*.job")
    line, packed = path.read_bytes().split(b"\n", 1)
    record = JobRecord.model_validate_json(line)
    old = record.view.model_copy(update={"ended_at": datetime.now(UTC) - timedelta(hours=2)})
    path.write_bytes(record.model_copy(update={"view": old}).model_dump_json().encode() + b"\n" + packed)
    async with served(result_dir=str(tmp_path)) as server:
        gone = await server.client.get(address)
        assert (gone.status_code, "was kept for 3600 s" in gone.json()["detail"]) == (410, True)
    assert list(tmp_path.iterdir()) == []


async def test_the_bound_holds_over_restarts_and_on_the_disk(tmp_path: Path, lecture_start: bytes) -> None:
    async with served(result_dir=str(tmp_path)) as server:
        addresses = list[str]()
        for language in ("en", "de", "fr"):
            addresses.append(await posted(server, lecture_start, language=language))
            await done(server, addresses[-1])
    async with served(result_dir=str(tmp_path), max_result_bytes=3500) as server:
        statuses = [(await server.client.get(address)).status_code for address in addresses]
        assert statuses == [410, 200, 200]
    assert len(list(tmp_path.iterdir())) == 2


async def test_a_damaged_file_is_a_result_that_is_gone_and_a_foreign_one_none_of_ours(
    tmp_path: Path, lecture_start: bytes
) -> None:
    address = await left_behind(tmp_path, lecture_start)
    (path,) = tmp_path.glob("*.job")
    path.write_bytes(path.read_bytes()[:-20])
    (tmp_path / "other.job").write_text("mine")
    (tmp_path / "half.part").write_text("{")
    async with served(result_dir=str(tmp_path)) as server:
        gone = await server.client.get(address)
        assert (gone.status_code, "cannot be read" in gone.json()["detail"]) == (410, True)
        assert server.metric("results_kept") == 1
    assert (tmp_path / "other.job").read_text() == "mine"
    assert not (tmp_path / "half.part").exists()


async def test_a_disk_that_takes_nothing_costs_the_restart_s_copy_and_nothing_else(
    tmp_path: Path, lecture_start: bytes
) -> None:
    folder = tmp_path / "results"
    async with served(result_dir=str(folder)) as server:
        folder.rmdir()
        folder.write_text("")
        address = await posted(server, lecture_start)
        assert (await done(server, address))["result"]


def test_one_folder_serves_one_transcriber_and_must_be_a_folder(tmp_path: Path) -> None:
    files = ResultFiles(tmp_path)
    with pytest.raises(ConfigError, match=r"^RESULT_DIR=.* belongs to another transcriber"):
        ResultFiles(tmp_path)
    files.close()
    ResultFiles(tmp_path).close()
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"^RESULT_DIR=.*file cannot be used: File exists"):
        ResultFiles(tmp_path / "file")
