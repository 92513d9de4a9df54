"""What the official SDK makes of refusals, and of its rarer options; the model is a fake, so that it can fail."""

import asyncio
from pathlib import Path
from typing import Any, cast

import openai
import pytest

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.fake_service import Served, served

MODEL = "whisper-1"
CUT = {"route": "/v1/audio/transcriptions", "status": "499"}


def client(server: Served, key: str = "unused") -> openai.AsyncOpenAI:
    """As a user makes it."""
    return openai.AsyncOpenAI(base_url=f"{server.client.base_url}/v1", api_key=key, max_retries=0, timeout=30)


async def test_a_wrong_key_is_an_authentication_error_and_the_right_one_works(lecture: Path) -> None:
    async with served(api_key="sesame") as server:
        async with client(server) as ai:
            with pytest.raises(openai.AuthenticationError, match="API key is missing or wrong"):
                await ai.audio.transcriptions.create(file=lecture, model=MODEL)
        async with client(server, "sesame") as ai:
            assert (await ai.audio.transcriptions.create(file=lecture, model=MODEL)).text


async def test_too_large_a_file_is_a_status_error_that_says_so(lecture: Path) -> None:
    async with served(max_upload_bytes=1000) as server, client(server) as ai:
        with pytest.raises(openai.APIStatusError, match="larger than") as refused:
            await ai.audio.transcriptions.create(file=lecture, model=MODEL)
    assert refused.value.status_code == 413


async def test_a_full_service_is_a_server_error_with_a_time_to_come_back(lecture: Path) -> None:
    async with served(max_requests=1) as server, client(server) as ai:
        with server.service.slots.take(7.2), pytest.raises(openai.InternalServerError, match="under way") as refused:
            await ai.audio.transcriptions.create(file=lecture, model=MODEL)
    assert (refused.value.status_code, refused.value.response.headers["retry-after"]) == (503, "5")
    assert refused.value.code == "server_overloaded"


async def test_a_failure_in_the_middle_of_a_stream_is_raised(lecture: Path) -> None:
    async with served(batch_size=1, model_workers=1) as server, client(server) as ai:
        server.break_after_a_segment()
        stream = await ai.audio.transcriptions.create(file=lecture, model=MODEL, language="en", stream=True)
        assert (await anext(stream)).type == "transcript.text.delta"
        with pytest.raises(openai.APIError, match="the model failed on this file"):
            await anext(stream)


async def test_words_alone_and_a_verbose_translation(lecture: Path) -> None:
    async with served() as server, client(server) as ai:
        words = await ai.audio.transcriptions.create(
            file=lecture, model=MODEL, response_format="verbose_json", timestamp_granularities=["word"]
        )
        with pytest.deprecated_call():
            translated = await ai.audio.translations.create(file=lecture, model=MODEL, response_format="verbose_json")  # pyright: ignore[reportDeprecated]
    assert (bool(words.words), words.segments) == (True, None)
    assert (translated.language, bool(translated.segments)) == ("english", True)


@pytest.mark.parametrize("form", ["text", "srt", "vtt"])
async def test_a_translation_as_text(form: str, lecture: Path) -> None:
    async with served() as server, client(server) as ai:
        with pytest.deprecated_call():
            create = cast("Any", ai.audio.translations.create)  # pyright: ignore[reportDeprecated]
            assert "Window" in str(await create(file=lecture, model=MODEL, response_format=form))


async def test_the_sdk_that_waits_works_too(lecture: Path) -> None:
    async with served() as server:

        def ask() -> list[str]:
            with openai.OpenAI(base_url=f"{server.client.base_url}/v1", api_key="unused", timeout=30) as ai:
                stream = ai.audio.transcriptions.create(file=lecture, model=MODEL, stream=True)
                return [event.type for event in stream]

        assert (await asyncio.to_thread(ask))[-1] == "transcript.text.done"


@pytest.mark.parametrize("model", ["gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-transcribe", "openai/fake"])
async def test_what_newer_clients_send_is_taken(model: str, lecture_start: bytes) -> None:
    async with served() as server, client(server) as ai:
        answer = await ai.audio.transcriptions.with_raw_response.create(
            file=("talk.mp3", lecture_start),
            model=model,
            language="en-US",
            chunking_strategy="auto",
            include=["logprobs"],
        )
        assert answer.headers["x-ignored-fields"] == "chunking_strategy, include"
        assert answer.headers["x-model"] == "fake"


async def test_the_sdk_s_retry_of_a_request_that_was_cut_pays_only_for_what_is_left(lecture: Path) -> None:
    async with served(model_workers=1, abandoned_seconds=60) as server:
        url = f"{server.client.base_url}/v1"
        server.backend.unblocked.clear()
        async with openai.AsyncOpenAI(base_url=url, api_key="unused", max_retries=8, timeout=2) as ai:
            asking = asyncio.create_task(ai.audio.transcriptions.create(file=lecture, model=MODEL, language="en"))
            await wait_until(lambda: server.metric("http_requests_total", **CUT) >= 1, 20, "the first try is cut")
            server.backend.unblocked.set()
            assert (await asking).text
        assert server.metric("upload_bytes_total") >= 2 * lecture.stat().st_size
        assert server.metric("windows_total") < 1.5 * len(set(server.backend.encoded))
