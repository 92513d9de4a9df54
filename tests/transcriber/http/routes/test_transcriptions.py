"""POST /transcribe against the real service with the pocket model."""

import asyncio
import json
import re
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.support.words import POCKET_WER, TOLERANCE, word_error_rate

pytestmark = [pytest.mark.asyncio(loop_scope="session")]


async def post(server: str, file: bytes, name: str = "talk.mp3", **fields: str) -> httpx.Response:
    """A form, as curl -F sends it."""
    async with httpx.AsyncClient(base_url=server, timeout=60) as client:
        return await client.post("/transcribe", files={"file": (name, file)}, data=fields)


async def test_the_sample_lecture_is_understood(server: str, lecture: Path, lecture_text: str) -> None:
    answer = await post(server, lecture.read_bytes())
    transcript = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert word_error_rate(lecture_text, transcript["text"]) <= POCKET_WER + TOLERANCE
    assert transcript["language"] == "en"
    assert transcript["duration_s"] == pytest.approx(103.7, abs=0.2)
    assert transcript["coverage"]["speech_s"] > 80


async def test_segments_are_in_order_and_inside_the_file(server: str, lecture: Path) -> None:
    segments = (await post(server, lecture.read_bytes(), word_timestamps="true")).json()["segments"]
    times = [time for segment in segments for time in (segment["start"], segment["end"])]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= 103.8
    words = [word for segment in segments for word in segment["words"]]
    assert [word["start"] for word in words] == sorted(word["start"] for word in words)


@pytest.mark.parametrize(
    ("form", "media_type", "begins"),
    [
        ("text", "text/plain; charset=utf-8", "Today"),
        ("srt", "application/x-subrip; charset=utf-8", "1\n00:00:0"),
        ("vtt", "text/vtt; charset=utf-8", "WEBVTT\n\n00:00:0"),
        ("tsv", "text/tab-separated-values; charset=utf-8", "start\tend\ttext\n"),
    ],
)
async def test_each_format_has_its_content_type(
    server: str, lecture_start: bytes, form: str, media_type: str, begins: str
) -> None:
    answer = await post(server, lecture_start, format=form)
    assert answer.headers["content-type"] == media_type
    assert answer.text.startswith(begins)


async def test_ndjson_tells_the_story_line_by_line(server: str, lecture: Path) -> None:
    answer = await post(server, lecture.read_bytes(), format="ndjson", prompt="not transcribed before")
    events = [json.loads(line) for line in answer.text.splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds[:2] == ["accepted", "info"]
    assert kinds[-1] == "done"
    assert {"segment", "progress"} <= set(kinds)
    streamed = [event["segment"] for event in events if event["event"] == "segment"]
    assert streamed == events[-1]["transcript"]["segments"]
    assert not any("words" in segment for segment in streamed)


async def test_the_raw_body_is_a_file_and_the_query_its_options(server: str, lecture_start: bytes) -> None:
    async with httpx.AsyncClient(base_url=server, timeout=60) as client:
        answer = await client.post("/transcribe", content=lecture_start, params={"format": "text", "language": "en"})
    assert answer.text.startswith("Today")


async def test_ten_requests_at_once_get_their_own_answers(server: str, lecture: Path) -> None:
    whole = lecture.read_bytes()
    pieces = [whole[start : start + 40_000] for start in range(100_000, 500_000, 40_000)]
    together = [answer.json()["text"] for answer in await asyncio.gather(*(post(server, piece) for piece in pieces))]
    assert len(set(together)) == len(pieces)
    for piece, text in list(zip(pieces, together, strict=True))[::5]:
        alone = await post(server, piece + b"\0")  # other bytes, so that it is not the same work
        assert alone.json()["text"] == text


@pytest.mark.parametrize(
    ("file", "fields", "status", "says"),
    [
        (b"", {}, 400, "empty"),
        (b"this is text, not sound\n" * 100, {}, 415, "not an audio"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", {}, 415, "not an audio"),
        (b"x" * 3_600_000, {}, 413, "larger than the 3 MB allowed"),
        (b"x", {"language": "klingon"}, 422, "language"),
        (b"x", {"format": "pdf"}, 422, "format 'pdf' is unknown"),
        (b"x", {"word_timestamps": "perhaps"}, 422, "word_timestamps"),
        (b"x", {"prompt": "y" * 2001}, 422, "prompt"),
        (b"x", {"hotwords": "y" * 1_000_000}, 422, "longer than"),
        (b"x", {"prompt": "y" * 1_000_000}, 422, "at most 2000 characters"),
        (b"x", {"fromat": "srt"}, 422, "field 'fromat' is unknown: did you mean 'format'?"),
        (b"x", {"response_format": "srt"}, 422, "did you mean 'format'?"),
        (b"x", {"initial_promt": "Ada"}, 422, "did you mean 'prompt'?"),
        (b"x", {"stream": "true"}, 422, "did you mean 'format=ndjson'?"),
    ],
)
async def test_bad_input_gets_a_problem_that_says_what_is_wrong(
    server: str, file: bytes, fields: dict[str, str], status: int, says: str
) -> None:
    answer = await post(server, file, **fields)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert says in problem["detail"]
    assert problem["request_id"] == answer.headers["x-request-id"]


@pytest.fixture
def without_sound(tmp_path: Path) -> bytes:
    """A second of pictures."""
    return _made(tmp_path / "mute.mp4", "-f", "lavfi", "-i", "testsrc=d=1")


@pytest.fixture
def cut_short(lecture: Path, tmp_path: Path) -> bytes:
    """An M4A whose end, where its table of contents is, never came."""
    return _made(tmp_path / "whole.m4a", "-i", str(lecture), "-t", "7")[:-2000]


def _made(path: Path, *options: str) -> bytes:
    subprocess.run(["ffmpeg", "-loglevel", "error", *options, str(path)], check=True)
    return path.read_bytes()


async def test_a_video_without_sound_says_so(server: str, without_sound: bytes) -> None:
    answer = await post(server, without_sound)
    assert (answer.status_code, answer.json()["detail"]) == (422, "the file has no audio track")


async def test_a_file_cut_short_says_that_it_cannot_be_read(server: str, cut_short: bytes) -> None:
    answer = await post(server, cut_short)
    assert answer.status_code in (415, 422)
    assert re.search("damaged|not an audio", answer.json()["detail"])


async def test_a_form_without_a_file_says_how_to_send_one(server: str) -> None:
    async with httpx.AsyncClient(base_url=server) as client:
        answer = await client.post("/transcribe", data={"format": "text"}, files={"other": b"x"})
    assert (answer.status_code, "curl -F file=" in answer.json()["detail"]) == (422, True)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\x00b.mp3", "x" * 300, "file.m3u8", ""])
async def test_the_files_name_is_never_a_path(server: str, lecture_start: bytes, name: str) -> None:
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    async with httpx.AsyncClient(base_url=server, timeout=60) as client:
        answer = await client.post("/transcribe", content=head + lecture_start + b"\r\n--b--\r\n", headers=headers)
    assert answer.status_code == 200


async def test_a_request_id_is_kept_and_a_wild_one_replaced(server: str) -> None:
    async with httpx.AsyncClient(base_url=server) as client:
        kept = await client.get("/health/live", headers={"X-Request-ID": "mine-1"})
        replaced = await client.get("/health/live", headers={"X-Request-ID": "x" * 500})
    assert kept.headers["x-request-id"] == "mine-1"
    assert len(replaced.headers["x-request-id"]) == 32


async def test_a_client_s_trace_names_its_request_unless_it_has_a_name_of_its_own(server: str) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    traced = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    async with httpx.AsyncClient(base_url=server) as client:
        named = await client.get("/health/live", headers={**traced, "X-Request-ID": "mine-1"})
        unnamed = await client.get("/health/live", headers=traced)
        wild = await client.get("/health/live", headers={"traceparent": f"00-{'0' * 32}-b7ad6b7169203331-01"})
    assert named.headers["x-request-id"] == "mine-1"
    assert unnamed.headers["x-request-id"] == trace
    assert wild.headers["x-request-id"] != "0" * 32


async def test_unknown_paths_and_methods_are_problems_too(server: str) -> None:
    async with httpx.AsyncClient(base_url=server) as client:
        missing, wrong = await client.get("/nothing"), await client.get("/transcribe")
    assert (missing.status_code, missing.json()["status"]) == (404, 404)
    assert (wrong.status_code, wrong.headers["content-type"]) == (405, "application/problem+json")


async def test_prometheus_sees_what_the_model_did(server: str) -> None:
    async with httpx.AsyncClient(base_url=server) as client:
        text = (await client.get("/metrics")).text
    for name in (
        "windows_total",
        "audio_seconds_total",
        "batch_fill_bucket",
        "queued_audio_seconds",
        "http_requests_total",
    ):
        assert f"transcriber_{name}" in text
