"""A transcriber on loopback that hears the lecture in whatever it is sent."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from consumer.models import Transcript
from tests.support.consumer.study_samples import lecture as lecture_transcript
from tests.support.consumer.study_samples import transcript


@dataclass
class FakeTranscriber:
    """Answers with the lecture's transcript, but nothing until `may_answer` opens.

    Where it `tells_apart`, every sentence says which file it was heard in, the same for the same bytes.

    `predicted_wait_s` is what it says of its queue, `hosts` are the names it was called by. It `is_away` for whoever
    asks whether it is ready, and breaks off what it has begun.
    """

    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    times: int = 0
    name: str = "stand-in"
    inside: int = 0
    predicted_wait_s: float = 0.0
    is_away: bool = False
    tells_apart: bool = False
    hosts: list[str] = field(default_factory=list[str])
    fields: dict[str, str] = field(default_factory=dict[str, str])

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
        self.hosts.append(request.headers["host"])
        says = {"predicted_wait_s": self.predicted_wait_s, "requests": self.inside}
        return JSONResponse({"model": self.name, "device": "cpu", "data": [], **says}, 503 if self.is_away else 200)

    async def answer(self, request: Request) -> StreamingResponse:
        async with request.form() as form:
            self.fields = {name: value for name, value in form.items() if isinstance(value, str)}
            heard = lecture_transcript()
            if self.tells_apart and isinstance(upload := form["file"], UploadFile):
                heard = _of_its_own(heard, await upload.read())
        self.times += 1
        self.asked.set()
        return StreamingResponse(self._events(heard), media_type="application/x-ndjson")

    async def _events(self, heard: Transcript) -> AsyncIterator[str]:
        self.inside += 1
        try:
            yield json.dumps({"event": "accepted", "request_id": "r", "eta_s": 1}) + "\n"
            await self.may_answer.wait()
            if not self.is_away:
                yield json.dumps({"event": "done", "transcript": heard.model_dump()}) + "\n"
        finally:
            self.inside -= 1


def _of_its_own(heard: Transcript, audio: bytes) -> Transcript:
    number = int(hashlib.sha256(audio).hexdigest()[:6], 16)
    return transcript(*(f"{each.text[:-1]}, in lecture {number}." for each in heard.segments))
