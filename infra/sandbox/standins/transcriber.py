"""A transcriber that misbehaves as it is told: each answer of the script is given to one request."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from infra.sandbox.standins.serving import serving

TRANSCRIPT: dict[str, Any] = {
    "language": "en",
    "language_probability": 0.99,
    "duration_s": 2.0,
    "model": "stand-in",
    "segments": [
        {
            "id": 0,
            "start": 0.0,
            "end": 2.0,
            "text": "Hello.",
            "avg_logprob": -0.1,
            "compression_ratio": 1.0,
            "no_speech_prob": 0.0,
            "temperature": 0.0,
        }
    ],
    "text": "Hello.",
    "coverage": {"speech_s": 2.0, "transcribed_s": 2.0},
}
PROGRESS = {"event": "progress", "transcribed_s": 1.0, "duration_s": 2.0}
DONE = {"event": "done", "transcript": TRANSCRIPT}


@dataclass(frozen=True)
class Answer:
    """One answer: a status, headers, and lines of ndjson (or any text), each after `pause_s`; `hang` never ends it."""

    status: int = 200
    lines: tuple[object, ...] = (PROGRESS, DONE)
    headers: dict[str, str] = field(default_factory=dict[str, str])
    hang: bool = False
    pause_s: float = 0.0


@asynccontextmanager
async def scripted(*answers: Answer) -> AsyncGenerator[tuple[str, list[Request]]]:
    """The stand-in's address, and the requests it has had."""
    script, seen = list(answers), list[Request]()

    async def transcribe(request: Request) -> Response:
        seen.append(request)
        await request.body()
        answer = script.pop(0)

        async def body() -> AsyncGenerator[str]:
            for line in answer.lines:
                await asyncio.sleep(answer.pause_s)
                yield (line if isinstance(line, str) else json.dumps(line)) + "\n"
            if answer.hang:
                await asyncio.Event().wait()

        return StreamingResponse(body(), answer.status, answer.headers)

    app = Starlette(routes=[Route("/transcribe", transcribe, methods=["POST"])])
    async with serving(app) as url:
        yield url, seen
