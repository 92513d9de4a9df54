"""How long a job's result is kept: for RESULT_SECONDS, within MAX_RESULT_BYTES, where the oldest makes room."""

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.clients.jobs import done, posted
from tests.support.transcriber.fake_service import served


async def test_a_result_expires_and_says_so(lecture_start: bytes) -> None:
    async with served(result_seconds=0.3) as server:
        address = await posted(server, lecture_start)

        async def is_gone() -> bool:
            return (await server.client.get(address)).status_code == 410

        await wait_until(is_gone)
        gone = (await server.client.get(address)).json()
        assert (gone["type"], gone["status"]) == ("urn:lectern:ResultGone", 410)
        assert "was kept for 0.3 s: send the file again" in gone["detail"]
        assert server.metric("results_kept") == 0


async def test_at_the_memory_bound_the_oldest_goes_and_the_newest_stays(lecture_start: bytes) -> None:
    async with served(max_result_bytes=3500) as server:
        addresses = list[str]()
        for language in ("en", "de", "fr"):
            addresses.append(await posted(server, lecture_start, language=language))
            await done(server, addresses[-1])
        statuses = [(await server.client.get(address)).status_code for address in addresses]
        assert statuses == [410, 200, 200]
        assert "make room" in (await server.client.get(addresses[0])).json()["detail"]
        assert server.metric("results_dropped_total") == 1
        assert 2048 < server.metric("results_kept_bytes") <= 3500


async def test_a_result_larger_than_the_bound_is_kept_until_the_next(lecture_start: bytes) -> None:
    async with served(max_result_bytes=1) as server:
        first = await posted(server, lecture_start, language="en")
        assert (await done(server, first))["result"]
        second = await posted(server, lecture_start, language="de")
        assert (await done(server, second))["result"]
        assert (await server.client.get(first)).status_code == 410
