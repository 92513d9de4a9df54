"""The names of the one model: which are taken for it, and what its own name says of it."""

import pytest

from tests.support.transcriber.fake_service import served
from tests.support.transcriber.fakes import FakeBackend
from transcriber.http.model_names import ModelNames, cannot_translate, size_of

TURBO = ("turbo", "openai/whisper-large-v3-turbo", "deepdml/faster-whisper-large-v3-turbo-ct2")
OPENAI_S = ("whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe-2025-12-15", "gpt-transcribe")


@pytest.mark.parametrize(
    ("size", "spellings"),
    [
        ("base", ("base", "whisper-base", "openai/whisper-base", "Systran/faster-whisper-base", "faster-whisper-base")),
        ("base.en", ("base.en", "openai/whisper-base.en", "Systran/faster-whisper-base.en")),
        ("large-v3", ("large", "large-v3", "openai/whisper-large-v3", "Systran/faster-whisper-large-v3")),
        ("large-v3-turbo", TURBO),
        ("distil-large-v3", ("distil-whisper/distil-large-v3", "Systran/faster-distil-whisper-large-v3")),
    ],
)
def test_every_spelling_of_a_model_is_that_model(size: str, spellings: tuple[str, ...]) -> None:
    for spelling in spellings:
        assert size_of(spelling) == size
        assert ModelNames(spelling.rpartition("/")[2], spelling, ()).accept(spellings[0])


@pytest.mark.parametrize("name", OPENAI_S)
def test_openai_s_names_are_taken_for_any_model(name: str) -> None:
    assert ModelNames("base", "base", ()).accept(name)


@pytest.mark.parametrize("name", ["base.en", "tiny", "large-v3", "gpt-4", "gpt-4o-transcribe-diarize", "distil-base"])
def test_another_model_is_not_taken_for_it(name: str) -> None:
    assert not ModelNames("base", "base", ()).accept(name)


async def test_more_names_are_a_setting(lecture_start: bytes) -> None:
    async with served(model_names="house-whisper, other") as server:
        for name, status in (("house-whisper", 200), ("other", 200), ("third", 404)):
            form = {"file": ("talk.mp3", lecture_start), "model": (None, name)}
            answer = await server.client.post("/v1/audio/transcriptions", files=form)
            assert answer.status_code == status
        assert (
            "as whisper-1, gpt-4o-transcribe, gpt-4o-mini-transcribe, gpt-transcribe, house-whisper, other"
            in answer.text
        )


async def test_a_star_takes_every_name_and_the_answer_says_what_ran(lecture_start: bytes) -> None:
    async with served(model_names="*") as server:
        form = {"file": ("talk.mp3", lecture_start), "model": (None, "parakeet-9000")}
        answer = await server.client.post("/v1/audio/transcriptions", files=form)
        assert (answer.status_code, answer.json()["model"], answer.headers["x-model"]) == (200, "fake", "fake")


async def test_text_formats_and_streams_say_what_ran_in_a_header(lecture_start: bytes) -> None:
    async with served() as server:
        for fields in ({"format": "srt"}, {"format": "ndjson"}):
            assert (await server.post(lecture_start, **fields)).headers["x-model"] == "fake"


async def test_our_own_route_checks_a_model_where_one_is_named(lecture_start: bytes) -> None:
    async with served() as server:
        assert (await server.post(lecture_start, model="whisper-1")).status_code == 200
        assert (await server.post(lecture_start, model="gpt-9")).status_code == 404


@pytest.mark.parametrize(
    ("name", "languages", "why"),
    [
        ("base.en", {"en"}, "knows English only"),
        ("large-v3-turbo", {"en", "de"}, "was never trained to translate"),
        ("distil-large-v3", {"en", "de"}, "was never trained to translate"),
        ("large-v3", {"en", "de"}, None),
    ],
)
def test_a_model_that_cannot_translate_is_known(name: str, languages: set[str], why: str | None) -> None:
    said = cannot_translate(name, frozenset(languages))
    assert (said is None) if why is None else (said is not None and why in said)


async def test_a_translation_by_a_model_that_cannot_is_refused_with_what_it_can_do(lecture_start: bytes) -> None:
    backend = FakeBackend()
    backend.name = "turbo"
    async with served(backend) as server:
        asked = await server.client.post("/v1/audio/translations", files={"file": ("talk.mp3", lecture_start)})
        assert asked.status_code == 400
        assert asked.json()["error"]["message"].startswith(
            "'turbo' was never trained to translate: ask for a transcription"
        )
        assert (await server.post(lecture_start, task="translate")).status_code == 422
        await server.until_idle()
