"""Clients that send files to a contender and wait for its answer."""

import asyncio
import json
import time
from collections.abc import Sequence

import httpx

from tests.bench.rivals import wyoming
from tests.bench.rivals.answers import LONGEST_S, Answer, Upload
from tests.bench.rivals.contenders import Contender, Running


async def send(contender: Contender, running: Running, uploads: Sequence[Upload], clients: int) -> list[Answer]:
    """All uploads, `clients` of them at any time; a client's clock runs from when it sends."""
    places = asyncio.Semaphore(clients)
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=running.url, trust_env=False, timeout=LONGEST_S, limits=limits) as client:

        async def one(upload: Upload) -> Answer:
            async with places:
                if contender.speaks == "wyoming":
                    return await wyoming.ask(running.url, upload)
                return await _ask(client, contender, upload)

        return await asyncio.gather(*map(one, uploads))


async def _ask(client: httpx.AsyncClient, contender: Contender, upload: Upload) -> Answer:
    began, first_s, texts = time.perf_counter(), 0.0, list[str]()
    files = {"file": (upload.path.name, upload.path.read_bytes())}
    async with client.stream("POST", "/transcribe", files=files, data=contender.fields) as answer:
        if not answer.is_success:
            return Answer("", 0, time.perf_counter() - began, f"HTTP {answer.status_code}")
        async for line in answer.aiter_lines():
            event = json.loads(line)
            if event["event"] == "segment":
                first_s = first_s or time.perf_counter() - began
                texts.append(event["segment"]["text"].strip())
    return Answer(" ".join(texts), first_s, time.perf_counter() - began)
