"""A transcriber on loopback that hears the sample lecture in whatever it is sent."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from tests.support.consumer.study_samples import lecture as lecture_transcript


@dataclass
class FakeTranscriber:
    """Answers with the sample lecture's transcript, but nothing until `may_answer` opens."""

    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    times: int = 0
    name: str = "stand-in"

    def app(self) -> Starlette:
        """Its routes."""
        return Starlette(
            routes=[
                Route("/transcribe", self.answer, methods=["POST"]),
                Route("/health/ready", self.ready),
                Route("/v1/models", self.ready),
            ]
        )

    async def ready(self, request: Request) -> JSONResponse:
        return JSONResponse({"model": self.name, "device": "cpu", "data": []})

    async def answer(self, request: Request) -> StreamingResponse:
        await request.body()
        self.times += 1
        self.asked.set()
        return StreamingResponse(self._events(), media_type="application/x-ndjson")

    async def _events(self) -> AsyncIterator[str]:
        yield json.dumps({"event": "accepted", "request_id": "r", "eta_s": 1}) + "\n"
        await self.may_answer.wait()
        yield json.dumps({"event": "done", "transcript": lecture_transcript().model_dump()}) + "\n"
