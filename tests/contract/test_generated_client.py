"""A client made from our OpenAPI document passes every call: what is sent is what the document says, errors too."""

import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiopenapi3
import pytest

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.fake_service import Served, served

OPENAI = ("transcriptions", "translations")


class Client:
    """Calls operations by their ids. What the document does not describe raises: status, media type, fields."""

    def __init__(self, api: Any) -> None:
        self._api = api
        self.called = set[str]()

    async def call(self, operation: str, file: bytes | None = None, field: str = "file", **parameters: Any) -> Any:
        """The body of a good answer, as the type that the document has for it."""
        self.called.add(operation)
        fields = parameters.pop("fields", {})
        data = None
        if file is not None:
            data = [(field, ("talk.mp3", io.BytesIO(file), "audio/mpeg")), *fields.items()]
        request = getattr(self._api._, operation)
        _, found, _ = await request.request(data=data, parameters=parameters)
        return found


@asynccontextmanager
async def client(**settings: Any) -> AsyncGenerator[tuple[Served, Client]]:
    """A service with every route, and a client that was told its document and its key."""
    async with served(drop_in_routes="asr,inference", api_key="sesame", **settings) as server:
        api: Any = await aiopenapi3.OpenAPI.load_async(f"{server.client.base_url}/openapi.json")
        api.authenticate(**{"API key": "sesame"})
        yield server, Client(api)


async def test_every_operation_answers_as_its_document_says(lecture_start: bytes) -> None:
    async with client() as (server, made):
        for form in ("json", "text", "srt", "vtt", "tsv", "ndjson"):
            assert await made.call("transcribe", lecture_start, fields={"format": form})
        for operation in OPENAI:
            for form in ("json", "text", "srt", "vtt", "verbose_json"):
                fields = {"model": "whisper-1", "response_format": form, "timestamp_granularities[]": "word"}
                assert await made.call(operation, lecture_start, fields=fields)
            assert await made.call(operation, lecture_start, fields={"model": "whisper-1", "stream": "true"})
        for output in ("txt", "srt", "vtt", "tsv", "json"):
            assert await made.call("asr", lecture_start, "audio_file", output=output)
        assert (await made.call("detect_language", lecture_start, "audio_file")).language_code == "en"
        for form in ("json", "text", "srt", "vtt", "verbose_json"):
            assert await made.call("inference", lecture_start, fields={"response_format": form})
        assert (await made.call("models")).data
        assert (await made.call("model", name="whisper-1")).id == "whisper-1"
        for operation in ("live", "ready", "metrics"):
            assert await made.call(operation)
        await jobs(server, made, lecture_start)
        document = (await server.client.get("/openapi.json")).json()
        operations = {each["operationId"] for path in document["paths"].values() for each in path.values()}
        assert made.called == operations


async def jobs(server: Served, made: Client, file: bytes) -> None:
    """One job from its upload to its end."""
    job = await made.call("post_job", file, fields={"language": "en"})
    await wait_until(lambda: server.metric("results_kept") == 1)
    assert (await made.call("get_job", job_id=job.id)).state == "done"
    for form in ("json", "text", "srt", "vtt", "tsv"):
        assert await made.call("job_result", job_id=job.id, format=form)
    assert await made.call("job_events", job_id=job.id)
    await made.call("delete_job", job_id=job.id)


WRONG: list[tuple[str, dict[str, Any], int]] = [
    ("transcribe", {"fields": {"language": "klingon"}}, 422),
    ("transcriptions", {"fields": {"model": "other"}}, 404),
    ("transcriptions", {"fields": {"model": "whisper-1", "language": "klingon"}}, 400),
    ("post_job", {"fields": {"webhook": "x"}}, 422),
    ("inference", {"fields": {"temperature": "9"}}, 422),
]


@pytest.mark.parametrize(("operation", "asked", "status"), WRONG)
async def test_an_error_is_the_one_that_the_document_has(
    lecture_start: bytes, operation: str, asked: dict[str, Any], status: int
) -> None:
    async with client() as (_, made):
        with pytest.raises(aiopenapi3.errors.HTTPClientError) as refused:
            await made.call(operation, lecture_start, **asked)
        assert refused.value.status_code == status
