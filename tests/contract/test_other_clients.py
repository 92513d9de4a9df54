"""Requests as other programs send them, and what they then look for in the answer.

Each is written down from that program's own source: litellm's `llms/openai/transcriptions`, LangChain's
`OpenAIWhisperParser`, Open WebUI's `routers/audio.py`, the AI SDK's `openai-transcription-model.ts`. Bazarr's is in the
tests of /asr.
"""

import io
from typing import Any

import openai
import pytest

from tests.support.transcriber.fake_service import served

PATH = "/v1/audio/transcriptions"
AI_SDK_SEGMENT = {"id", "seek", "start", "end", "text", "tokens", "temperature", "avg_logprob", "compression_ratio"}


async def test_litellm_reads_the_duration_and_passes_headers_on(lecture_start: bytes) -> None:
    """It asks whisper-1 for verbose_json, whatever its caller wants, since it bills by the duration."""
    async with served() as server:
        url = f"{server.client.base_url}/v1"
        async with openai.AsyncOpenAI(base_url=url, api_key="anything", max_retries=2) as ai:
            raw = await ai.audio.transcriptions.with_raw_response.create(
                model="whisper-1", file=("audio.mp3", lecture_start), response_format="verbose_json", timeout=600
            )
        found: dict[str, Any] = raw.parse().model_dump()
        assert found["text"].startswith("Window")
        assert found["duration"] == pytest.approx(7.05, abs=0.1)
        assert dict(raw.headers)["x-model"] == "fake"


async def test_langchain_sends_pieces_from_memory_with_every_option(lecture_start: bytes) -> None:
    async with served() as server:
        url = f"{server.client.base_url}/v1"
        piece = io.BytesIO(lecture_start)
        piece.name = "part_0.mp3"
        async with openai.AsyncOpenAI(base_url=url, api_key="anything") as ai:
            answer = await ai.audio.transcriptions.create(
                model="whisper-1",
                file=piece,
                language="en",
                prompt="On stars.",
                response_format="json",
                temperature=0.2,
            )
        assert answer.text.startswith("Window")


@pytest.mark.parametrize("more", [{}, {"language": "de"}])
async def test_open_webui_reads_the_text_and_shows_an_error_s_message(
    lecture_start: bytes, more: dict[str, str]
) -> None:
    async with served() as server:
        key = {"Authorization": "Bearer anything"}
        files = {"file": ("5f1c.wav", lecture_start)}
        answer = await server.client.post(PATH, headers=key, files=files, data={"model": "whisper-1", **more})
        assert answer.json()["text"].startswith("Window")
        refused = await server.client.post(PATH, headers=key, files={"file": ("5f1c.wav", b"x")}, data={"model": ""})
        assert "not an audio" in refused.json()["error"]["message"]


AI_SDK: list[tuple[list[tuple[str, str]], bool]] = [
    ([("model", "whisper-1"), ("response_format", "verbose_json")], True),
    (
        [
            *[("model", "whisper-1"), ("response_format", "verbose_json"), ("include[]", "logprobs")],
            *[("language", "en"), ("temperature", "0"), ("timestamp_granularities[]", "segment")],
        ],
        True,
    ),
    ([("model", "gpt-4o-transcribe"), ("response_format", "json"), ("temperature", "0")], False),
    ([("model", "gpt-4o-mini-transcribe")], False),
]


@pytest.mark.parametrize(("fields", "verbose"), AI_SDK)
async def test_the_ai_sdk_checks_every_field_of_a_segment(
    lecture_start: bytes, fields: list[tuple[str, str]], verbose: bool
) -> None:
    """Its schema takes no answer in which one is missing."""
    async with served() as server:
        form = dict(fields)
        files = {"file": ("audio.mp3", lecture_start, "audio/mpeg")}
        answer = (await server.client.post(PATH, files=files, data=form)).json()
        assert answer["text"].startswith("Window")
        if verbose:
            assert (answer["language"], answer["duration"] > 7) == ("english", True)
            for segment in answer["segments"]:
                assert {*AI_SDK_SEGMENT, "no_speech_prob"} <= set(segment)
