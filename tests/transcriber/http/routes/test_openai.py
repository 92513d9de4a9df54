"""OpenAI's routes in their corners; tests/contract/test_openai_sdk.py runs the real SDK."""

import json
from pathlib import Path

import httpx
import pytest
from faster_whisper.tokenizer import _LANGUAGE_CODES  # pyright: ignore[reportPrivateUsage] - the list itself

from tests.support.transcriber.fake_service import Served, served
from tests.support.transcriber.fakes import heard
from transcriber.http.languages import NAMES, name_of

AUDIO = "/v1/audio/transcriptions"


async def post(server: Served, file: bytes, path: str = AUDIO, **fields: str) -> httpx.Response:
    return await server.client.post(path, files={"file": ("talk.mp3", file)}, data={"model": "whisper-1", **fields})


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"model": "gpt-9"}, 404, "the model 'gpt-9' is not loaded: use 'fake' or 'whisper-1'"),
        ({"response_format": "diarized_json"}, 400, "response_format 'diarized_json' is unknown"),
        ({"timestamp_granularities[]": "phoneme"}, 400, "timestamp_granularities[] 'phoneme' is unknown"),
        ({"temperature": "hot"}, 400, "temperature 'hot' is not a number from 0 to 1"),
        ({"temperature": "1.5"}, 400, "temperature '1.5'"),
        ({"stream": "perhaps"}, 400, "field stream"),
        ({"language": "klingon"}, 400, "language 'klingon' is unknown"),
        ({"language": "x" * 9000}, 400, "language 'xxxxxxxxxxxxxxxxxxxx' is unknown"),
        ({"include[]": "logprobs"}, 400, "include is not supported: log probabilities come as avg_logprob"),
        ({"known_speaker_names[]": "Ada"}, 400, "known_speaker_names is not supported"),
    ],
)
async def test_a_field_that_cannot_be_used_is_named_in_openai_s_shape(
    fields: dict[str, str], status: int, says: str
) -> None:
    async with served() as server:
        answer = await post(server, b"x", **fields)
        assert answer.status_code == status
        error = answer.json()["error"]
        assert says in error["message"]
        assert error["type"] == "invalid_request_error"
        assert error["request_id"] == answer.headers["x-request-id"]


async def test_words_come_where_they_are_asked_for_and_segments_by_default(lecture_start: bytes) -> None:
    async with served() as server:
        plain = (await post(server, lecture_start, response_format="verbose_json")).json()
        fields = {"response_format": "verbose_json", "timestamp_granularities[]": "word"}
        words = (await post(server, lecture_start, **fields)).json()
        assert ("segments" in plain, "words" in plain) == (True, False)
        assert ("segments" in words, "words" in words) == (False, True)
        assert plain["segments"][0]["tokens"] == []
        assert plain["usage"] == {"type": "duration", "seconds": 7}


async def test_a_stream_is_server_sent_events_and_ends_in_done(lecture_start: bytes) -> None:
    async with served() as server:
        answer = await post(server, lecture_start, stream="true")
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        said = [line.removeprefix("data: ") for line in answer.text.split("\n\n") if line]
        assert said[-1] == "[DONE]"
        events = [json.loads(line) for line in said[:-1]]
        assert events[-1]["type"] == "transcript.text.done"
        assert events[-1]["text"] == "".join(event.get("delta", "") for event in events)


async def test_a_file_that_is_no_audio_has_a_status_also_where_a_stream_was_asked(lecture: Path) -> None:
    async with served() as server:
        answer = await post(server, lecture.with_suffix(".txt").read_bytes(), stream="true")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "NotAudio")
        await server.until_idle()


async def test_translation_asks_for_translation(lecture_start: bytes) -> None:
    async with served() as server:
        answer = await post(server, lecture_start, "/v1/audio/translations")
        assert answer.status_code == 200
        assert "translate" in server.backend.calls[-1].prompts[0]


async def test_a_translation_s_language_is_english_and_others_have_their_names(lecture_start: bytes) -> None:
    async with served() as server:
        server.backend.language = lambda _: "de"
        verbose = {"response_format": "verbose_json"}
        spoken = (await post(server, lecture_start, **verbose)).json()
        translated = (await post(server, lecture_start, "/v1/audio/translations", **verbose)).json()
        assert (spoken["task"], spoken["language"]) == ("transcribe", "german")
        assert (translated["task"], translated["language"]) == ("translate", "english")


def test_every_language_of_whisper_has_a_name() -> None:
    assert set(_LANGUAGE_CODES) <= set(NAMES)
    assert len(set(NAMES.values())) == len(NAMES)
    assert name_of("tlh") == "tlh"


async def test_of_a_long_prompt_the_end_counts_and_keywords_are_listened_for(lecture_start: bytes) -> None:
    async with served() as server:
        prompt = "long ago " * 300 + "and now Tlön"
        answer = await post(server, lecture_start, prompt=prompt, **{"keywords[]": "Uqbar"})
        assert answer.status_code == 200
        told = server.backend.calls[-1].prompts[0]
        assert told.startswith("Uqbar ")
        assert "and now Tlön" in told
        assert len(told) < 2100


async def test_a_log_probability_that_is_no_number_breaks_no_json(lecture_start: bytes) -> None:
    async with served() as server:
        server.backend.hear = lambda _mark, _temperature: heard("So be it.", avg_logprob=float("nan"))
        answer = await post(server, lecture_start, response_format="verbose_json")
        assert answer.json()["segments"][0]["avg_logprob"] < -10


async def test_models_are_found_by_the_name_that_was_set_too() -> None:
    async with served(whisper_model="some/where") as server:
        listed = (await server.client.get("/v1/models")).json()
        assert [model["id"] for model in listed["data"]] == ["fake"]
        for name in ("fake", "whisper-1", "some/where"):
            assert (await server.client.get(f"/v1/models/{name}")).json()["id"] == "fake"
        missing = await server.client.get("/v1/models/other")
        assert (missing.status_code, missing.json()["error"]["code"]) == (404, "model_not_found")


async def test_unknown_paths_under_v1_are_openai_errors() -> None:
    async with served() as server:
        answer = await server.client.get("/v1/audio/speech")
        assert (answer.status_code, answer.json()["error"]["message"]) == (404, "Not Found")
