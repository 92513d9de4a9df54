"""A transcriber for the bench of backlogs: it hears one file at a time, as long as the file says."""

import asyncio
import itertools
import json
import re
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from infra.sandbox.standins.transcriber import DONE

SCALE = 60.0
"""A minute of a lecture's work is a second here."""


@dataclass
class OneSlot:
    """A transcriber that hears one file at a time; `heard` are its spans on the clock."""

    heard: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    slot: asyncio.Lock = field(default_factory=asyncio.Lock)
    left_s: dict[int, float] = field(default_factory=dict[int, float])
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def app(self) -> Starlette:
        """Its routes."""
        ready = [Route(path, self.ready) for path in ("/health/ready", "/v1/models")]
        return Starlette(routes=[Route("/transcribe", self.transcribe, methods=["POST"]), *ready])

    async def ready(self, _: Request) -> JSONResponse:
        """What it has to do, in seconds of the unscaled world."""
        wait_s = SCALE * sum(self.left_s.values())
        return JSONResponse(
            {"model": "slot", "device": "cpu", "predicted_wait_s": wait_s, "requests": len(self.left_s)}
        )

    async def transcribe(self, request: Request) -> StreamingResponse:
        """The upload says how long it takes."""
        found = re.search(rb"takes=([\d.]+)", await request.body())
        return StreamingResponse(self._events(float(found[1]) if found else 0.0))

    async def _events(self, takes_s: float) -> AsyncGenerator[str]:
        key = next(self.numbers)
        self.left_s[key] = takes_s
        try:
            yield json.dumps({"event": "accepted", "eta_s": takes_s}) + "\n"
            async with self.slot:
                began = time.monotonic()
                await asyncio.sleep(takes_s)
                self.heard.append((began, time.monotonic()))
            yield json.dumps(DONE) + "\n"
        finally:
            del self.left_s[key]

    @property
    def busy(self) -> float:
        """Share of the time from its first file to its last."""
        if not self.heard:
            return 0.0
        return sum(end - began for began, end in self.heard) / (self.heard[-1][1] - self.heard[0][0])
