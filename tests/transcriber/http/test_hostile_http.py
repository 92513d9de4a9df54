"""Clients that lie, stall, leave or flood: each is cut off or refused, and nothing of it stays behind."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Generator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.fake_service import HEAD, PATIENCE_S, Served, answer_of, memory_bytes, served, sockets
from transcriber.http.upload.spool import PREFIX


@pytest.fixture(autouse=True)
def nothing_stays() -> Generator[None]:
    """No socket of a test outlives it, nor much memory."""
    before, memory = sockets(), memory_bytes()
    yield
    assert sockets() <= before
    assert memory_bytes() - memory < 200_000_000


async def chunked(*pieces: bytes) -> AsyncIterator[bytes]:
    """A body whose length is not promised."""
    for piece in pieces:
        yield piece


async def alone(server: Served, file: bytes) -> tuple[int, bytes]:
    """One upload on a connection of its own; status, and everything that came."""
    reader, writer = await server.connect()
    with suppress(ConnectionError):
        writer.write(HEAD + f"Connection: close\r\nContent-Length: {len(file)}\r\n\r\n".encode() + file)
        await writer.drain()
    said = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    return int(said.split()[1]), said


# --- lengths that lie ------------------------------------------------------------------------------------------------


async def test_a_client_that_promises_more_than_it_sends_and_leaves_is_forgotten(lecture_start: bytes) -> None:
    async with served() as server:
        _, writer = await server.say(HEAD + b"Content-Length: 1000000\r\n\r\n" + lecture_start[:5000])
        await wait_until(lambda: len(server.uploads()) == 1)
        writer.close()
        await server.until_idle()
        assert server.metric("errors_total", type="Cancelled") == 1


async def test_a_client_that_promises_more_than_it_sends_and_waits_is_timed_out(lecture_start: bytes) -> None:
    async with served() as server:
        reader, writer = await server.say(HEAD + b"Content-Length: 1000000\r\n\r\n" + lecture_start[:100])
        status, body = await answer_of(reader)
        assert (status, json.loads(body)["title"]) == (408, "Upload too slow")
        writer.close()
        await server.until_idle()


async def test_what_follows_the_promised_length_is_no_part_of_the_file(lecture_start: bytes) -> None:
    async with served() as server:
        length = f"Content-Length: {len(lecture_start)}\r\n\r\n".encode()
        reader, writer = await server.say(HEAD + length + lecture_start + b"and some more bytes\r\n\r\n")
        said = await asyncio.wait_for(reader.read(), PATIENCE_S)
        assert said.startswith(b"HTTP/1.1 200")
        assert b"HTTP/1.1 400" in said
        writer.close()
        await server.until_idle()


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"99999999999999999999999999"])
async def test_a_length_that_is_no_length_is_refused(length: bytes) -> None:
    async with served() as server:
        reader, writer = await server.say(HEAD + b"Content-Length: " + length + b"\r\n\r\nabc")
        assert (await answer_of(reader))[0] in (400, 413)
        writer.close()
        await server.until_idle()


# --- too much --------------------------------------------------------------------------------------------------------


async def test_a_chunked_upload_over_the_limit_is_refused_before_memory_or_disk_fill() -> None:
    async with served(max_upload_bytes=1_000_000) as server:
        before = memory_bytes()
        largest = 0
        reader, writer = await server.say(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        with suppress(ConnectionError):
            for _ in range(200):
                writer.write(b"40000\r\n" + b"x" * 0x40000 + b"\r\n")
                await writer.drain()
                largest = max(largest, *(file.stat().st_size for file in server.uploads()), 0)
        status, body = await answer_of(reader)
        assert (status, json.loads(body)["detail"]) == (413, "the upload is larger than the 1 MB allowed")
        assert largest <= 1_000_000
        assert memory_bytes() - before < 30_000_000
        writer.close()
        await server.until_idle()


async def test_a_client_that_sends_before_it_reads_still_gets_its_answer() -> None:
    async with served(max_upload_bytes=1_000_000) as server:
        answer = await server.client.post("/transcribe", content=b"x" * 20_000_000)
        assert answer.status_code == 413
        assert answer.headers["connection"] == "close"


async def test_a_form_is_bounded_besides_its_file_too() -> None:
    async with served(max_upload_bytes=1_000_000) as server:
        boundary = {"Content-Type": "multipart/form-data; boundary=b"}
        after_the_end = b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--' + b"x" * 1_800_000
        answer = await server.client.post("/transcribe", content=chunked(after_the_end), headers=boundary)
        assert answer.status_code == 413
        many = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 60
        answer = await server.client.post("/transcribe", content=many, headers=boundary)
        assert (answer.status_code, answer.json()["detail"]) == (422, "the form has more than 50 fields")
        await server.until_idle()


@pytest.mark.parametrize("where", ["form", "query"])
async def test_a_field_of_a_megabyte_is_refused(where: str) -> None:
    async with served() as server:
        if where == "form":
            answer = await server.post(b"x", hotwords="y" * 1_000_000)
            assert (answer.status_code, "longer than" in answer.json()["detail"]) == (422, True)
        else:
            answer = await server.client.post("/transcribe", content=b"x", params={"hotwords": "y" * 60_000})
            assert (answer.status_code, "hotwords" in answer.json()["detail"]) == (422, True)
        await server.until_idle()


@pytest.mark.slow
async def test_200_uploads_at_once_are_all_answered_and_leave_nothing(lecture_start: bytes) -> None:
    async with served(max_requests=25, client_timeout_seconds=20) as server:
        await server.post(lecture_start)
        this, children = psutil.Process(), list[int]()
        others = len(this.children(recursive=True))  # other tests' too
        files, memory = this.num_fds(), memory_bytes()
        different = (lecture_start + number.to_bytes(2, "big") for number in range(200))
        asking = asyncio.gather(*(alone(server, file) for file in different))
        while not asking.done():
            children.append(len(this.children(recursive=True)))
            await asyncio.wait({asking}, timeout=0.1)
        answers = asking.result()
        assert {status for status, _ in answers} <= {200, 503}
        assert sum(status == 200 for status, _ in answers) >= 25
        assert all(b"Window" in body for status, body in answers if status == 200)
        assert all(b"\r\nretry-after: " in body.lower() for status, body in answers if status == 503)
        assert max(children) - others <= 32
        await server.until_idle()
        await wait_until(lambda: this.num_fds() <= files + 2, 10, "the files and sockets are closed")
        assert memory_bytes() - memory < 150_000_000


# --- gone ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "ndjson"])
async def test_a_client_that_leaves_while_the_model_works_frees_everything(lecture: Path, form: str) -> None:
    async with served() as server:
        await server.left(lecture.read_bytes(), form)
        await server.until_idle()
        assert server.metric("cancelled_total") == 1


async def test_no_socket_and_no_folder_is_left_after_a_stop(lecture_start: bytes) -> None:
    before = sockets()
    async with served() as server:
        spool = server.service.spool
        assert spool.name.startswith(PREFIX)
        assert spool.parent == Path(tempfile.gettempdir())
        await server.post(lecture_start)
    assert not spool.exists()
    assert sockets() <= before
