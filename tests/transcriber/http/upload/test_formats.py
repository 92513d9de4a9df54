"""What the service answers to files of formats that few programs write."""

from pathlib import Path

import httpx
import pytest

from tests.support.transcriber.media_files import tone

pytestmark = [pytest.mark.asyncio(loop_scope="session")]

CODECS = {"a.au": "pcm_mulaw", "a.wv": "wavpack", "a.eac3": "eac3", "a.dts": "dca"}


@pytest.mark.parametrize(("path", "status"), [("/transcribe", 415), ("/v1/audio/transcriptions", 400)])  # OpenAI's
@pytest.mark.parametrize("file", CODECS)
async def test_a_format_that_is_not_taken_is_refused_with_what_to_do(
    server: str, path: str, status: int, file: str, tmp_path: Path
) -> None:
    sound = tone(tmp_path / file, 440, "-c:a", CODECS[file], "-strict", "experimental").read_bytes()
    async with httpx.AsyncClient(base_url=server, timeout=60) as client:
        answer = await client.post(path, files={"file": (file, sound)})
    assert answer.status_code == status
    assert "not supported: convert it" in answer.text
    assert "damaged" not in answer.text
