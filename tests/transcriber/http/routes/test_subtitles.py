"""Subtitles over HTTP: the fields that lay them out, on both routes, and cues in JSON answers."""

import json

import httpx
import pytest

from tests.support.transcriber.subtitles import over_the_limits
from transcriber.schemas import Cue

pytestmark = [pytest.mark.asyncio(loop_scope="session")]
OURS, OPENAI = "/transcribe", "/v1/audio/transcriptions"
FORMAT = {OURS: "format", OPENAI: "response_format"}


async def post(server: str, path: str, file: bytes, **fields: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=server, timeout=60) as client:
        return await client.post(path, files={"file": ("talk.mp3", file)}, data=fields)


def cue_lines(srt: str) -> list[list[str]]:
    return [cue.splitlines()[2:] for cue in srt.strip().split("\n\n")]


@pytest.mark.parametrize("path", [OURS, OPENAI])
async def test_srt_keeps_the_trade_s_limits(server: str, lecture_start: bytes, path: str) -> None:
    answer = await post(server, path, lecture_start, **{FORMAT[path]: "srt"})
    cues = cue_lines(answer.text)
    assert all(len(lines) <= 2 and all(0 < len(line) <= 42 for line in lines) for lines in cues)
    assert len(cues) > 2


@pytest.mark.parametrize("path", [OURS, OPENAI])
async def test_the_options_of_openai_whisper_lay_subtitles_out(server: str, lecture_start: bytes, path: str) -> None:
    wanted = {FORMAT[path]: "srt"}
    narrow = await post(server, path, lecture_start, max_line_width="20", max_line_count="1", **wanted)
    assert all(len(lines) == 1 and len(lines[0]) <= 20 for lines in cue_lines(narrow.text))
    single = await post(server, path, lecture_start, max_words_per_line="1", **wanted)
    assert all(len(lines[0].split()) == 1 for lines in cue_lines(single.text))
    assert "<u>" not in narrow.text
    assert (await post(server, path, lecture_start, highlight_words="true", **wanted)).text.count("<u>") > 5


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"max_line_width": "0"}, "field max_line_width: input should be greater than or equal to 1"),
        ({"max_line_count": "two"}, "field max_line_count"),
        ({"highlight_words": "maybe"}, "field highlight_words: use true or false"),
    ],
)
@pytest.mark.parametrize("path", [OURS, OPENAI])
async def test_a_wrong_layout_is_refused_by_name(
    server: str, lecture_start: bytes, path: str, fields: dict[str, str], says: str
) -> None:
    answer = await post(server, path, lecture_start, **fields)
    assert answer.status_code in (400, 422)
    assert says in answer.text


async def test_json_carries_the_cues_that_srt_shows_where_they_are_asked_for(server: str, lecture_start: bytes) -> None:
    plain = (await post(server, OURS, lecture_start)).json()
    asked = (await post(server, OURS, lecture_start, cues="true")).json()
    srt = (await post(server, OURS, lecture_start, format="srt")).text
    assert "cues" not in plain
    assert asked["segments"] == plain["segments"]
    assert [cue["lines"] for cue in asked["cues"]] == cue_lines(srt)
    assert not over_the_limits([Cue.model_validate(cue) for cue in asked["cues"]])


async def test_a_stream_ends_with_the_cues_and_shows_no_words_that_nobody_asked_for(
    server: str, lecture_start: bytes
) -> None:
    answer = await post(server, OURS, lecture_start, format="ndjson", cues="true", max_words_per_line="2")
    events = [json.loads(line) for line in answer.text.splitlines()]
    assert all("words" not in event["segment"] for event in events if event["event"] == "segment")
    transcript = events[-1]["transcript"]
    assert all("words" not in segment for segment in transcript["segments"])
    assert all(len(cue["lines"][0].split()) <= 2 for cue in transcript["cues"])
