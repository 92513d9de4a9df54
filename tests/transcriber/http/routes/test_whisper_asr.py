"""The routes of whisper-asr-webservice, by the requests that Bazarr and subgen make."""

import json
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.support.transcriber.fake_service import Served, served


@pytest.fixture
def pcm(lecture: Path) -> bytes:
    """The first seconds as Bazarr sends them: s16le, mono, 16 kHz, without a header."""
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-i", str(lecture), "-t", "7"]
    command += ["-f", "s16le", "-acodec", "pcm_s16le", "-ac", "1", "-ar", "16000", "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


async def asr(server: Served, file: bytes, path: str = "/asr", **query: str) -> httpx.Response:
    return await server.client.post(path, params=query, files={"audio_file": file})


@pytest.mark.parametrize("path", ["/asr", "/detect-language", "/inference"])
async def test_the_routes_are_there_only_where_they_are_asked_for(path: str) -> None:
    async with served() as server:
        assert (await server.client.post(path, files={"file": b"x"})).status_code == 404


async def test_bazarr_s_request_is_answered_in_srt(pcm: bytes) -> None:
    async with served(drop_in_routes="asr") as server:
        query = {"task": "transcribe", "language": "de", "output": "srt", "encode": "false", "video_file": "a.mkv"}
        answer = await asr(server, pcm, **query)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
        assert answer.text.startswith("1\n00:00:")
        assert 'filename="transcript.srt"' in answer.headers["content-disposition"]
        assert (answer.headers["x-ignored-fields"], answer.headers["asr-engine"]) == ("video_file", "faster_whisper")
        assert "<de,transcribe>" in server.backend.calls[-1].prompts[0]
        await server.until_idle()


async def test_bare_samples_are_as_long_as_they_are(pcm: bytes) -> None:
    async with served(drop_in_routes="asr", model_workers=1) as server:
        found = json.loads((await asr(server, pcm, output="json", encode="false")).text)
        assert set(found) == {"text", "segments", "language"}
        assert 5 < found["segments"][-1]["end"] <= 7.1
        assert (await asr(server, pcm, output="json")).status_code == 415, "the same bytes, said to be a file"


@pytest.mark.parametrize(
    ("output", "begins"), [(None, "Window "), ("txt", "Window "), ("vtt", "WEBVTT"), ("tsv", "start\t")]
)
async def test_every_output_comes_as_plain_text(output: str | None, begins: str, lecture_start: bytes) -> None:
    async with served(drop_in_routes="asr") as server:
        answer = await asr(server, lecture_start, **({"output": output} if output else {}))
        assert answer.text.startswith(begins)
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"


async def test_words_prompt_and_translation_are_passed_on(lecture_start: bytes) -> None:
    async with served(drop_in_routes="asr") as server:
        query = {"output": "json", "word_timestamps": "true", "initial_prompt": "Tlön", "task": "translate"}
        found = json.loads((await asr(server, lecture_start, **query)).text)
        assert found["segments"][0]["words"]
        assert "Tlön<en,translate>" in server.backend.calls[-1].prompts[0]


async def test_a_language_is_detected_from_the_beginning_alone(lecture: Path) -> None:
    async with served(drop_in_routes="asr", model_workers=1, batch_size=1) as server:
        server.backend.language = lambda _: "fr"
        answer = await asr(server, lecture.read_bytes(), "/detect-language")
        assert answer.json() == {"detected_language": "french", "language_code": "fr", "confidence": 0.9}
        await server.until_idle()
        assert server.metric("audio_seconds_total") < 60


@pytest.mark.parametrize("name", ["detect_language", "detect_lang"])
async def test_a_language_is_detected_from_an_offset_on(name: str, lecture: Path) -> None:
    """By whisper-asr-webservice's name, and by subgen's."""
    async with served(drop_in_routes="asr", model_workers=1, batch_size=1) as server:
        await asr(server, lecture.read_bytes(), "/detect-language")
        beginning = server.backend.detected[-1]
        server.backend.language = lambda mark: "fr" if mark == beginning else "de"
        query = {f"{name}_offset": "60", f"{name}_length": "20.5"}
        assert (await asr(server, lecture.read_bytes(), "/detect-language", **query)).json()["language_code"] == "de"


async def test_no_language_is_detected_beyond_the_length(pcm: bytes) -> None:
    async with served(drop_in_routes="asr") as server:
        query = {"encode": "false", "detect_language_length": "5"}
        answer = await asr(server, bytes(200_000) + pcm, "/detect-language", **query)
        assert answer.json()["confidence"] == 0, "nobody speaks in the first six seconds"


async def test_only_seconds_are_taken_for_seconds() -> None:
    async with served(drop_in_routes="asr") as server:
        answer = await asr(server, b"x", "/detect-language", detect_language_offset="soon")
        assert (answer.status_code, "send a number of seconds" in answer.json()["detail"]) == (422, True)


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ({"output": "pdf"}, 422, "output 'pdf' is unknown"),
        ({"language": "klingon"}, 422, "language 'klingon' is unknown"),
    ],
)
async def test_what_cannot_be_done_is_said(query: dict[str, str], status: int, says: str) -> None:
    async with served(drop_in_routes="asr") as server:
        answer = await asr(server, b"x", **query)
        assert (answer.status_code, says in answer.json()["detail"]) == (status, True)


async def test_the_key_and_the_file_s_name_are_asked_for(lecture_start: bytes) -> None:
    async with served(drop_in_routes="asr,inference", api_key="sesame") as server:
        assert (await asr(server, lecture_start)).status_code == 401
        wrong = await server.client.post("/asr", files={"file": b"x"}, headers={"X-API-Key": "sesame"})
        assert wrong.json()["detail"].startswith("the file must be named 'audio_file', not 'file'")
