"""The HTTP contract is all that the two services share: the consumer's client against the real transcriber."""

from pathlib import Path

import httpx
import pytest

from consumer.clients.transcriber import TranscriberClient
from consumer.errors import VideoError
from consumer.export.subtitles import to_vtt
from consumer.models import Audio
from consumer.pipeline.transcribe import transcribe
from consumer.trace import trace_of
from tests.support.words import POCKET_WER, TOLERANCE, word_error_rate

pytestmark = [pytest.mark.asyncio(loop_scope="session")]


async def test_the_client_understands_the_real_service(server: str, lecture: Path, lecture_text: str) -> None:
    seen: list[float] = []
    async with TranscriberClient(server) as client:
        transcript = await transcribe(Audio(lecture, 103.7), client, seen.append)
    assert word_error_rate(lecture_text, transcript.text) <= POCKET_WER + TOLERANCE
    assert seen == sorted(seen)
    assert transcript.segments[0].start < 1
    assert all(segment.words for segment in transcript.segments if segment.text)


async def test_the_client_gets_the_cues_that_the_service_would_write(server: str, lecture: Path) -> None:
    async with TranscriberClient(server) as client:
        wanted = {"max_line_width": "30", "max_line_count": "2", "highlight_words": "true"}
        transcript = await transcribe(Audio(lecture, 103.7), client, list[float]().append, subtitles=wanted)
    async with httpx.AsyncClient(base_url=server, timeout=60) as plain:
        fields = {**wanted, "format": "vtt", "priority": "bulk"}
        written = await plain.post("/transcribe", files={"file": lecture.read_bytes()}, data=fields)
    assert to_vtt(transcript).strip() == written.text.strip()


async def test_the_service_logs_and_answers_under_the_trace_of_the_message(server: str, lecture: Path) -> None:
    sent = trace_of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "message-1")
    async with TranscriberClient(server) as client:
        with sent.entered():
            accepted = await anext(client.events(lecture, {}))
    assert accepted["request_id"] == sent.trace_id


async def test_the_client_passes_on_why_a_file_was_refused(server: str, lecture: Path) -> None:
    async with TranscriberClient(server) as client:
        with pytest.raises(VideoError, match="not an audio or video file"):
            await transcribe(Audio(lecture.with_suffix(".txt"), 1.0), client, list[float]().append)
