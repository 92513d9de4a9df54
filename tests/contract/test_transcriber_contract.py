"""The HTTP contract is all that the two services share: the consumer's client against the real transcriber."""

from pathlib import Path

import pytest

from consumer.clients.transcriber import TranscriberClient
from consumer.errors import VideoError
from consumer.models import Audio
from consumer.pipeline.transcribe import transcribe
from tests.support.words import POCKET_WER, TOLERANCE, word_error_rate

pytestmark = [pytest.mark.asyncio(loop_scope="session")]


async def test_the_client_understands_the_real_service(server: str, lecture: Path, lecture_text: str) -> None:
    seen: list[float] = []
    async with TranscriberClient(server) as client:
        transcript = await transcribe(Audio(lecture, 103.7), client, seen.append)
    assert word_error_rate(lecture_text, transcript.text) <= POCKET_WER + TOLERANCE
    assert seen == sorted(seen)
    assert transcript.segments[0].start < 1


async def test_the_client_passes_on_why_a_file_was_refused(server: str, lecture: Path) -> None:
    async with TranscriberClient(server) as client:
        with pytest.raises(VideoError, match="not an audio or video file"):
            await transcribe(Audio(lecture.with_suffix(".txt"), 1.0), client, list[float]().append)
