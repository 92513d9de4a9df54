"""Jobs: a client that does not wait asks how far its file is and fetches the result in any format."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.clients.jobs import done, posted
from tests.support.transcriber.fake_service import Served, served


async def held(server: Served, file: bytes, **fields: str) -> str:
    """The address of a job at which the model is."""
    server.backend.unblocked.clear()
    address = await posted(server, file, **fields)
    await wait_until(server.backend.busy.is_set, what="the model works")
    return address


async def test_a_file_is_accepted_with_an_address_where_the_result_is_fetched(lecture_start: bytes) -> None:
    async with served() as server:
        answer = await server.client.post("/jobs", files={"file": lecture_start}, data={"language": "en"})
        assert answer.status_code == 202
        assert float(answer.headers["x-eta-seconds"]) > 0
        assert answer.headers["location"] == f"/jobs/{answer.json()['id']}"
        view = await done(server, answer.headers["location"])
        whole = (await server.post(lecture_start, language="en")).json()
        assert view["result"]["text"] == whole["text"]
        assert "words" not in view["result"]["segments"][0]
        assert (view["state"], view["transcribed_s"], view["eta_s"]) == ("done", whole["duration_s"], None)
        await server.until_idle()


async def test_the_body_may_be_the_file_alone(lecture_start: bytes) -> None:
    async with served() as server:
        answer = await server.client.post("/jobs?word_timestamps=true", content=lecture_start)
        assert (await done(server, answer.headers["location"]))["result"]["segments"][0]["words"]


async def test_while_the_model_works_it_says_how_far_it_is_and_when_to_ask_again(lecture: Path) -> None:
    async with served(model_workers=1, batch_size=1) as server:
        first = await held(server, lecture.read_bytes(), language="en")
        second = await posted(server, lecture.read_bytes(), language="de")
        waits = await server.client.get(second)
        assert (waits.json()["state"], waits.json()["ahead"], waits.json()["result"]) == ("waiting", 1, None)
        assert 1 <= int(waits.headers["retry-after"]) <= 10
        assert waits.json()["eta_s"] > 0
        server.backend.unblocked.set()
        assert (await done(server, first))["duration_s"] == pytest.approx(103.7, abs=0.1)
        assert (await done(server, second))["ahead"] is None


@pytest.mark.parametrize("form", ["json", "text", "srt", "vtt", "tsv"])
async def test_the_result_comes_in_every_format_as_it_would_have_at_once(lecture_start: bytes, form: str) -> None:
    async with served() as server:
        address = await posted(server, lecture_start)
        await done(server, address)
        wanted = {"format": form, "max_line_width": "20", "max_line_count": "1"}
        result = await server.client.get(f"{address}/result", params=wanted)
        at_once = await server.post(lecture_start, **wanted)
        assert result.content == at_once.content
        assert result.headers["content-type"] == at_once.headers["content-type"]


async def test_its_events_are_told_to_any_number_of_readers_from_the_beginning(lecture: Path) -> None:
    async with served(model_workers=1, batch_size=1) as server:
        address = await held(server, lecture.read_bytes(), language="en")
        early = asyncio.create_task(server.client.get(f"{address}/events"))
        server.backend.unblocked.set()
        view = await done(server, address)
        told = [json.loads(line) for line in (await early).text.splitlines()]
        assert told[0]["event"] == "accepted"
        segments = [each["segment"] for each in told if each["event"] == "segment"]
        assert segments == view["result"]["segments"]
        assert told[-1]["transcript"] == view["result"]
        late = [json.loads(line)["event"] for line in (await server.client.get(f"{address}/events")).text.splitlines()]
        assert late == ["accepted", "done"]


async def test_a_file_that_cannot_be_read_is_a_problem_that_says_why(lecture: Path) -> None:
    async with served() as server:
        address = await posted(server, lecture.with_suffix(".txt").read_bytes())
        view = await done(server, address)
        assert (view["state"], view["result"]) == ("failed", None)
        assert (view["problem"]["status"], "not an audio" in view["problem"]["detail"]) == (415, True)
        result = await server.client.get(f"{address}/result")
        assert (result.status_code, result.json()) == (415, view["problem"])
        assert (await server.client.get(f"{address}/events")).text.splitlines()[-1].startswith('{"event":"error"')
        assert server.metric("errors_total", type="NotAudio") == 1


async def test_a_result_is_asked_for_too_early(lecture_start: bytes) -> None:
    async with served() as server:
        address = await held(server, lecture_start)
        early = await server.client.get(f"{address}/result")
        assert (early.status_code, early.json()["type"]) == (409, "urn:lectern:NotDone")
        assert int(early.headers["retry-after"]) >= 1


async def test_a_deleted_job_is_stopped_and_its_place_is_free(lecture: Path) -> None:
    async with served(model_workers=1) as server:
        address = await held(server, lecture.read_bytes())
        assert server.service.slots.taken == 1
        assert (await server.client.delete(address)).status_code == 204
        server.backend.unblocked.set()
        await server.until_idle()
        gone = await server.client.get(address)
        assert (gone.status_code, "was deleted" in gone.json()["detail"]) == (410, True)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/jobs/never"), ("GET", "/jobs/never/result"), ("DELETE", "/jobs/never")]
)
async def test_an_id_that_was_never_given_is_unknown(method: str, path: str) -> None:
    async with served() as server:
        answer = await server.client.request(method, path)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:lectern:UnknownJob")


BAD: list[tuple[dict[str, Any], str]] = [
    ({"lnaguage": "en"}, "did you mean 'language'"),
    ({"format": "srt"}, "field 'format' is unknown"),
    ({"language": "klingon"}, "language 'klingon' is unknown"),
    ({"webhook": "https://a.example/"}, "WEBHOOK_HOSTS is empty"),
]


@pytest.mark.parametrize(("fields", "says"), BAD)
async def test_a_wrong_field_is_refused_before_anything_begins(
    lecture_start: bytes, fields: dict[str, Any], says: str
) -> None:
    async with served() as server:
        answer = await server.client.post("/jobs", files={"file": lecture_start}, data=fields)
        assert (answer.status_code, says in answer.json()["detail"]) == (422, True)
        assert server.is_idle()


async def test_a_result_refuses_what_it_does_not_know(lecture_start: bytes) -> None:
    async with served() as server:
        address = await posted(server, lecture_start)
        await done(server, address)
        for query, says in (("fromat=srt", "did you mean 'format'"), ("format=ndjson", "/jobs/ID/events")):
            answer = await server.client.get(f"{address}/result?{query}")
            assert (answer.status_code, says in answer.json()["detail"]) == (422, True)


async def test_jobs_want_the_key(lecture_start: bytes) -> None:
    async with served(api_key="sesame") as server:
        refused = await server.client.post("/jobs", files={"file": lecture_start})
        assert refused.status_code == 401
        key = {"Authorization": "Bearer sesame"}
        accepted = await server.client.post("/jobs", files={"file": lecture_start}, headers=key)
        for each in ("", "/result", "/events"):
            assert (await server.client.get(accepted.headers["location"] + each)).status_code == 401


async def test_a_job_takes_a_place_until_it_is_done(lecture_start: bytes) -> None:
    async with served(max_requests=1) as server:
        address = await held(server, lecture_start)
        full = await server.client.post("/jobs", files={"file": lecture_start})
        assert (full.status_code, int(full.headers["retry-after"]) >= 1) == (503, True)
        server.backend.unblocked.set()
        await done(server, address)
        assert (await server.client.post("/jobs", files={"file": lecture_start})).status_code == 202


async def test_a_stop_lets_a_job_end_and_takes_no_other(lecture_start: bytes) -> None:
    async with served() as server:
        address = await held(server, lecture_start)
        draining = asyncio.create_task(server.service.drain(asyncio.Event()))
        await wait_until(lambda: server.service.stopping)
        assert (await server.client.post("/jobs", files={"file": lecture_start})).status_code == 503
        server.backend.unblocked.set()
        assert await draining == 0
        assert (await done(server, address))["state"] == "done"


async def test_a_job_that_outlasts_the_grace_says_send_it_again(lecture: Path) -> None:
    async with served(drain_seconds=0.1) as server:
        address = await held(server, lecture.read_bytes())
        assert await server.service.drain(asyncio.Event()) == 1
        view: dict[str, Any] = (await server.client.get(address)).json()
        assert (view["state"], view["problem"]["type"]) == ("failed", "urn:lectern:Draining")


async def test_the_engine_fails_and_every_job_with_it(lecture: Path) -> None:
    async with served(batch_size=1, model_workers=1) as server:

        def trouble(_: Any) -> None:
            raise RuntimeError("an illegal memory access was encountered")

        server.backend.trouble = trouble
        answer: httpx.Response = await server.client.post("/jobs", files={"file": lecture.read_bytes()})
        assert (await done(server, answer.headers["location"]))["problem"]["status"] == 500
