"""Several transcribers: who hears the next file, and when."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from consumer.clients.transcriber import Load, TranscriberClient
from consumer.clients.transcribers import Transcribers, addresses, has_use
from consumer.errors import EnvironmentFault, TransientError
from consumer.models import Audio
from consumer.pipeline.transcribe import transcribe_anywhere
from infra.sandbox.standins.serving import serving
from infra.sandbox.waiting import wait_until
from tests.support.consumer.fake_transcriber import FakeTranscriber

Two = tuple[FakeTranscriber, FakeTranscriber]


@pytest.fixture
def two() -> Two:
    return FakeTranscriber(name="first"), FakeTranscriber(name="second")


@pytest.fixture
async def urls(two: Two) -> AsyncGenerator[list[str]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(serving(each.app())) for each in two]


@pytest.fixture
async def pool(urls: list[str]) -> AsyncGenerator[Transcribers]:
    async with Transcribers(urls, poll_s=0.02) as pool:
        yield pool


async def test_the_least_loaded_hears_the_next_file(two: Two, urls: list[str], pool: Transcribers) -> None:
    two[0].predicted_wait_s, two[1].predicted_wait_s = 90, 30
    async with pool.place() as client:
        assert client.base_url == urls[1]
        two[1].predicted_wait_s = 120
        async with pool.place() as other:
            assert other.base_url == urls[0]


async def test_files_are_shared_out_among_the_idle(urls: list[str], pool: Transcribers) -> None:
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(pool.place()) for _ in range(4)]
    assert sorted(client.base_url for client in clients) == sorted(2 * urls)


async def test_one_that_is_away_is_left_out_and_comes_back(two: Two, urls: list[str], pool: Transcribers) -> None:
    two[1].is_away = True
    two[0].predicted_wait_s = 90
    async with pool.place() as client:
        assert client.base_url == urls[0]
        two[1].is_away = False
        async with pool.place() as other:
            assert other.base_url == urls[1]


async def test_where_none_is_ready_that_is_said(two: Two, pool: Transcribers) -> None:
    two[0].is_away = two[1].is_away = True
    with pytest.raises(TransientError, match="not ready"):
        async with pool.place():
            pass
    with pytest.raises(TransientError, match="not ready"):
        await pool.check()


async def test_nobody_there_is_the_transcriber_s_fault() -> None:
    async with Transcribers(["http://127.0.0.1:9", "http://127.0.0.1:10"]) as pool:
        with pytest.raises(EnvironmentFault, match="cannot be reached") as raised:
            await pool.model()
    assert raised.value.dependency == "transcriber"


async def test_a_file_waits_until_a_transcriber_has_use_for_it(two: Two, pool: Transcribers) -> None:
    for each in two:
        each.inside, each.predicted_wait_s = 2, 300
    begun: list[str] = []

    async def wait() -> None:
        async with pool.place() as client:
            begun.append(client.base_url)

    waiting = asyncio.create_task(wait())
    await wait_until(lambda: len(two[0].hosts) > 3)
    assert begun == []
    two[0].inside = 1
    await asyncio.wait_for(waiting, 5)


@pytest.mark.parametrize(
    ("load", "taken", "accepted", "use"),
    [
        (Load(0, 0), 0, 0, True),
        (Load(300, 1), 1, 1, True),
        (Load(300, 2), 0, 0, False),
        (Load(300, 2), 2, 2, False),
        (Load(5, 2), 2, 2, True),
        (Load(5, 2), 3, 2, False),
        (Load(5, 0), 2, 1, False),
    ],
)
def test_it_has_use_for_a_next_one_and_for_more_where_it_is_done_soon(
    load: Load, taken: int, accepted: int, use: bool
) -> None:
    client = TranscriberClient("http://127.0.0.1:9")
    client.taken, client.accepted = taken, accepted
    assert has_use(client, load) is use


async def test_a_file_whose_transcriber_dies_is_heard_by_another(
    two: Two, urls: list[str], pool: Transcribers, lecture: Path
) -> None:
    two[1].predicted_wait_s = 90
    placed: list[str] = []
    job = asyncio.create_task(
        transcribe_anywhere(Audio(lecture, 104.0), pool, lambda _: None, on_place=lambda: placed.append("placed"))
    )
    await asyncio.wait_for(two[0].asked.wait(), 5)
    two[0].is_away = True
    for each in two:
        each.may_answer.set()
    assert (await asyncio.wait_for(job, 10)).segments
    assert (two[0].times, two[1].times, len(placed)) == (1, 1, 2)


async def test_a_name_with_several_addresses_is_several_transcribers(
    two: Two, urls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = urls[0].rpartition(":")[2]

    def found(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, int(port))) for ip in ("127.0.0.2", "127.0.0.1")]

    name = f"http://transcriber.internal:{port}"
    monkeypatch.setattr(socket, "getaddrinfo", found)
    assert await addresses(name) == [f"http://127.0.0.1:{port}", f"http://127.0.0.2:{port}"]
    assert await addresses("https://transcriber.internal") == ["https://transcriber.internal"]
    monkeypatch.undo()
    assert await addresses(urls[0]) == [urls[0]]
    async with TranscriberClient(urls[0], host="transcriber.internal") as client:
        await client.load()
    assert two[0].hosts == ["transcriber.internal"]
