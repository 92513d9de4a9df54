"""A running transcriber that is asked over HTTP."""

from dataclasses import dataclass
from pathlib import Path

import httpx

from transcriber.schemas import Problem, Transcript

LONGEST_WAIT_S = 600.0


@dataclass(frozen=True)
class Ear:
    """The address of a transcriber; times of its answers are seconds of the file."""

    url: str

    async def hear(self, path: Path, **fields: str) -> Transcript:
        """The transcript of a file; raises AssertionError with what the service says where it refuses."""
        answer = await self.post(path, **fields)
        assert answer.status_code == 200, answer.text
        return Transcript.model_validate_json(answer.content)

    async def refuses(self, path: Path, **fields: str) -> Problem:
        """Why a file is not taken."""
        answer = await self.post(path, **fields)
        assert answer.status_code in (415, 422), answer.text
        return Problem.model_validate_json(answer.content)

    async def post(self, path: Path, **fields: str) -> httpx.Response:
        """The answer to a file, whatever it is."""
        async with httpx.AsyncClient(trust_env=False, timeout=LONGEST_WAIT_S) as client:
            files = {"file": (path.name, path.read_bytes())}
            return await client.post(f"{self.url}/transcribe", files=files, data=fields)
