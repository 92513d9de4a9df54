"""The route of whisper.cpp's server, by the request that its README shows."""

import httpx
import pytest

from tests.support.transcriber.fake_service import Served, served

README = {"temperature": "0.0", "temperature_inc": "0.2", "no_speech_thold": "0.6"}


async def infer(server: Served, file: bytes, **fields: str) -> httpx.Response:
    return await server.client.post("/inference", files={"file": ("talk.wav", file)}, data={**README, **fields})


async def test_json_has_one_segment_a_line(lecture_start: bytes) -> None:
    async with served(drop_in_routes="inference") as server:
        answer = await infer(server, lecture_start, response_format="json")
        assert answer.json() == {"text": answer.json()["text"]}
        assert answer.json()["text"].endswith(".\n")
        assert answer.headers["x-ignored-fields"] == "no_speech_thold, temperature_inc"
        assert (await infer(server, lecture_start)).json() == answer.json()


@pytest.mark.parametrize(("response_format", "begins"), [("text", "Window "), ("srt", "1\n00:00:"), ("vtt", "WEBVTT")])
async def test_text_formats(response_format: str, begins: str, lecture_start: bytes) -> None:
    async with served(drop_in_routes="inference") as server:
        assert (await infer(server, lecture_start, response_format=response_format)).text.startswith(begins)


async def test_verbose_json_has_language_segments_and_words(lecture_start: bytes) -> None:
    async with served(drop_in_routes="inference") as server:
        found = (await infer(server, lecture_start, response_format="verbose_json", language="auto")).json()
        assert (found["task"], found["language"], found["detected_language"]) == ("transcribe", "english", "english")
        segment = found["segments"][0]
        assert {"id", "text", "start", "end", "words", "temperature", "avg_logprob", "no_speech_prob"} <= set(segment)
        assert {"word", "start", "end", "probability"} == set(segment["words"][0])


async def test_translate_is_a_flag_and_fields_of_its_own_are_taken(lecture_start: bytes) -> None:
    async with served(drop_in_routes="inference") as server:
        answer = await infer(server, lecture_start, translate="true", token_timestamps="true", audio_ctx="768")
        assert answer.status_code == 200
        assert "<en,translate>" in server.backend.calls[-1].prompts[0]
        assert "token_timestamps" in answer.headers["x-ignored-fields"]


async def test_a_field_of_any_name_breaks_no_header(lecture_start: bytes) -> None:
    async with served(drop_in_routes="inference") as server:
        answer = await infer(server, lecture_start, **{"a: b": "1", "Tlön": "2"})
        assert answer.status_code == 200
        assert answer.headers["x-ignored-fields"].startswith("Tl%C3%B6n, a%3A%20b, ")


async def test_errors_are_a_sentence_under_error() -> None:
    async with served(drop_in_routes="inference") as server:
        answer = await infer(server, b"x", response_format="pdf")
        assert (answer.status_code, "response_format 'pdf' is unknown" in answer.json()["error"]) == (422, True)
