"""The official OpenAI SDK works unchanged with `base_url` set to ours."""

from pathlib import Path
from typing import cast

import openai
import pytest

pytestmark = [pytest.mark.asyncio(loop_scope="session")]


def client(server: str) -> openai.AsyncOpenAI:
    """As a user makes it."""
    return openai.AsyncOpenAI(base_url=f"{server}/v1", api_key="unused", max_retries=0, timeout=60)


async def test_json_is_the_default(server: str, lecture_start: bytes) -> None:
    async with client(server) as ai:
        answer = await ai.audio.transcriptions.create(file=("talk.mp3", lecture_start), model="whisper-1")
    assert answer.text.startswith("Today")


@pytest.mark.parametrize(("form", "begins"), [("text", "Today"), ("srt", "1\n00:"), ("vtt", "WEBVTT")])
async def test_text_formats_come_as_text(server: str, lecture_start: bytes, form: str, begins: str) -> None:
    async with client(server) as ai:
        create = ai.audio.transcriptions.create
        answer = await create(file=("talk.mp3", lecture_start), model="whisper-1", response_format=form)  # pyright: ignore[reportCallIssue, reportArgumentType, reportUnknownVariableType]
    assert str(cast("object", answer)).startswith(begins)


async def test_verbose_json_has_segments_and_words(server: str, lecture_start: bytes) -> None:
    async with client(server) as ai:
        answer = await ai.audio.transcriptions.create(
            file=("talk.mp3", lecture_start),
            model="whisper-1",
            response_format="verbose_json",
            timestamp_granularities=["segment", "word"],
        )
    assert answer.language == "english"
    assert answer.segments
    assert answer.words
    assert answer.words[0].word == "Today,"


async def test_a_stream_ends_with_the_whole_text(server: str, lecture_start: bytes) -> None:
    async with client(server) as ai:
        stream = await ai.audio.transcriptions.create(file=("talk.mp3", lecture_start), model="whisper-1", stream=True)
        events = [event async for event in stream]
    deltas = "".join(event.delta for event in events if event.type == "transcript.text.delta")
    done = [event for event in events if event.type == "transcript.text.done"]
    assert [event.text for event in done] == [deltas]
    assert deltas.startswith("Today")


async def test_translations_and_models_answer(server: str, lecture_start: bytes) -> None:
    async with client(server) as ai:
        with pytest.deprecated_call():  # the SDK deprecates it; clients still call it
            translated = await ai.audio.translations.create(file=("talk.mp3", lecture_start), model="whisper-1")  # pyright: ignore[reportDeprecated]
        models = await ai.models.list()
    assert translated.text
    assert {model.id for model in models.data} >= {"whisper-1", "gpt-4o-transcribe"}


async def test_errors_are_the_sdks_own_exceptions(server: str, lecture: Path) -> None:
    async with client(server) as ai:
        with pytest.raises(openai.NotFoundError):
            await ai.audio.transcriptions.create(file=lecture, model="gpt-unknown")
        with pytest.raises(openai.BadRequestError, match="language"):
            await ai.audio.transcriptions.create(file=lecture, model="whisper-1", language="klingon")
        with pytest.raises(openai.BadRequestError, match="not an audio"):
            await ai.audio.transcriptions.create(file=lecture.with_suffix(".txt"), model="whisper-1")
