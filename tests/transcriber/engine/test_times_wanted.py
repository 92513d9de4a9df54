"""Answers that show no times do not pay for them."""

from pathlib import Path

import pytest

from tests.support.transcriber.aligner import Aligner
from tests.support.transcriber.fake_service import Served, served
from tests.support.transcriber.fakes import heard

MUCH = (
    "The sun is a star, and stars are suns that are far away. Each of them shines by its own heat, which comes from "
    "deep inside, where hydrogen becomes helium. Our planet goes round it once a year, and the moon round us."
)
OPENAI = "/v1/audio/transcriptions"


async def aligned(server: Served, path: str, file: bytes, **fields: str) -> bool:
    """Whether the model was asked for times."""
    backend = server.backend
    assert isinstance(backend, Aligner)
    backend.aligned.clear()
    answer = await server.client.post(path, files={"file": ("a.wav", file)}, data=fields)
    assert answer.status_code == 200
    return bool(backend.aligned)


@pytest.mark.parametrize(
    ("path", "fields", "wanted"),
    [
        ("/transcribe", {}, True),
        ("/transcribe", {"format": "srt"}, True),
        ("/transcribe", {"format": "ndjson"}, True),
        ("/transcribe", {"format": "text"}, False),
        ("/transcribe", {"format": "json", "cues": "true"}, True),
        (OPENAI, {}, False),
        (OPENAI, {"response_format": "text"}, False),
        (OPENAI, {"response_format": "verbose_json"}, True),
        (OPENAI, {"response_format": "vtt"}, True),
        (OPENAI, {"response_format": "json", "stream": "true"}, True),
    ],
)
async def test_times_are_looked_for_where_the_answer_shows_them(
    clips: list[Path], path: str, fields: dict[str, str], wanted: bool
) -> None:
    async with served(Aligner(heard(MUCH))) as server:
        assert await aligned(server, path, clips[0].read_bytes(), language="en", **fields) == wanted


async def test_times_are_looked_for_where_so_little_text_may_lack_a_sentence(clips: list[Path]) -> None:
    async with served(Aligner()) as server:
        assert await aligned(server, "/transcribe", clips[0].read_bytes(), language="en", format="text")
