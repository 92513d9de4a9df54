"""OpenAI's routes in their corners; tests/contract/test_openai_sdk.py runs the real SDK."""

import json
from pathlib import Path

import httpx
import pytest
from faster_whisper.tokenizer import _LANGUAGE_CODES  # pyright: ignore[reportPrivateUsage] - the list itself

from tests.support.transcriber.fake_service import Served, served
from tests.support.transcriber.fakes import heard
from transcriber.http.model_names import OPENAI_NAMES
from transcriber.http.upload.languages import NAMES, code_of, name_of

AUDIO = "/v1/audio/transcriptions"


async def post(server: Served, file: bytes, path: str = AUDIO, **fields: str) -> httpx.Response:
    return await server.client.post(path, files={"file": ("talk.mp3", file)}, data={"model": "whisper-1", **fields})


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        (
            {"model": "gpt-9"},
            404,
            "the model 'gpt-9' is not loaded: 'fake' is, under any of its names, and as whisper-1",
        ),
        ({"response_format": "diarized_json"}, 400, "response_format 'diarized_json' is unknown"),
        ({"timestamp_granularities[]": "phoneme"}, 400, "timestamp_granularities[] 'phoneme' is unknown"),
        ({"temperature": "hot"}, 400, "temperature 'hot' is not a number from 0 to 1"),
        ({"temperature": "1.5"}, 400, "temperature '1.5'"),
        ({"stream": "perhaps"}, 400, "field stream"),
        ({"language": "klingon"}, 400, "language 'klingon' is unknown"),
        ({"language": "x" * 9000}, 400, "language 'xxxxxxxxxxxxxxxxxxxx' is unknown"),
        ({"diarize": "true"}, 400, "diarize is not supported: speakers are not told apart"),
        ({"url": "https://example.org/a.mp3"}, 400, "url is not supported: send the file itself"),
        ({"fromat": "srt"}, 400, "field 'fromat' is unknown: did you mean 'response_format'?"),
        ({"format": "srt"}, 400, "field 'format' is unknown: did you mean 'response_format'?"),
        ({"lang": "de"}, 400, "field 'lang' is unknown: did you mean 'language'?"),
        ({"initial_prompt": "Ada"}, 400, "field 'initial_prompt' is unknown: did you mean 'prompt'?"),
        ({"xyzzy": "1"}, 400, "field 'xyzzy' is unknown: there are condition_on_previous_text, "),
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


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("en", "en"),
        ("EN", "en"),
        (" en-US ", "en"),
        ("pt_BR", "pt"),
        ("zh-Hant-TW", "zh"),
        ("zh-yue-HK", "yue"),
        ("nb-NO", "no"),
        ("iw", "he"),
        ("English", "en"),
        ("Haitian Creole", "ht"),
        ("castilian", "es"),
        ("klingon", None),
        ("x-en", None),
        ("", None),
    ],
)
def test_a_language_is_known_by_code_tag_and_english_name(asked: str, code: str | None) -> None:
    assert code_of(asked) == code


@pytest.mark.parametrize("asked", ["de-AT", "German", "DE"])
async def test_a_tag_or_a_name_asks_for_the_language(asked: str, lecture_start: bytes) -> None:
    async with served() as server:
        answer = await post(server, lecture_start, language=asked, response_format="verbose_json")
        assert answer.json()["language"] == "german"
        assert "<de,transcribe>" in server.backend.calls[-1].prompts[0]


async def test_a_language_is_detected_among_those_it_may_be(lecture_start: bytes) -> None:
    async with served() as server:
        verbose, may_be = {"response_format": "verbose_json"}, {"languages[]": "French"}
        assert (await post(server, lecture_start, **verbose)).json()["language"] == "english"
        assert (await post(server, lecture_start, **verbose, **may_be)).json()["language"] == "french"
        both = {"languages[0]": "de-DE", "languages[1]": "en"}
        assert (await post(server, lecture_start, **verbose, **both)).json()["language"] == "english"
        unknown = await post(server, lecture_start, **{"languages[]": "klingon"})
        assert (unknown.status_code, "language 'klingon' is unknown" in unknown.text) == (400, True)


async def test_of_a_long_prompt_the_end_counts_and_keywords_are_listened_for(lecture_start: bytes) -> None:
    async with served() as server:
        prompt = "long ago " * 3000 + "and now Tlön"
        answer = await post(server, lecture_start, prompt=prompt, **{"keywords[]": "Uqbar"})
        assert answer.status_code == 200
        told = server.backend.calls[-1].prompts[0]
        assert told.startswith("Uqbar ")
        assert "and now Tlön" in told
        assert len(told) < 2100


async def test_fields_without_effect_are_taken_and_listed(lecture_start: bytes) -> None:
    async with served() as server:
        sent = {"include[]": "logprobs", "vad_filter": "true", "chunking_strategy": "auto", "diarize": "false"}
        answer = await post(server, lecture_start, **sent)
        assert answer.status_code == 200
        assert answer.headers["x-ignored-fields"] == "chunking_strategy, diarize, include, vad_filter"
        assert "x-ignored-fields" not in (await post(server, lecture_start)).headers


async def test_a_list_s_fields_may_be_numbered(lecture_start: bytes) -> None:
    """As axios and PHP send them."""
    async with served() as server:
        fields = {"timestamp_granularities[0]": "word", "timestamp_granularities[1]": "segment"}
        found = (await post(server, lecture_start, response_format="verbose_json", **fields)).json()
        assert ("segments" in found, "words" in found) == (True, True)


async def test_a_log_probability_that_is_no_number_breaks_no_json(lecture_start: bytes) -> None:
    async with served() as server:
        server.backend.hear = lambda _mark, _temperature: heard("So be it.", avg_logprob=float("nan"))
        answer = await post(server, lecture_start, response_format="verbose_json")
        assert answer.json()["segments"][0]["avg_logprob"] < -10


async def test_models_are_found_by_the_name_that_was_set_too() -> None:
    async with served(whisper_model="some/where") as server:
        listed = (await server.client.get("/v1/models")).json()
        assert [model["id"] for model in listed["data"]] == ["fake", *OPENAI_NAMES]
        assert {model["root"] for model in listed["data"]} == {"fake"}
        for name in ("fake", "whisper-1", "some/where"):
            found = (await server.client.get(f"/v1/models/{name}")).json()
            assert (found["id"], found["root"]) == (name, "fake")
        for path in ("/v1/models", "/v1/models/fake"):
            assert (await server.client.head(path)).status_code == 200
        missing = await server.client.get("/v1/models/other")
        assert (missing.status_code, missing.json()["error"]["code"]) == (404, "model_not_found")


async def test_unknown_paths_under_v1_are_openai_errors() -> None:
    async with served() as server:
        answer = await server.client.post("/v1/audio/speech", json={"input": "Hello", "voice": "alloy"})
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (404, "not_found")
        assert error["message"].startswith(
            "there is no POST /v1/audio/speech here: this service turns speech into text"
        )
        refused = await server.client.delete("/v1/models")
        assert (refused.status_code, refused.json()["error"]["code"]) == (405, "method_not_allowed")
