"""Lectern over HTTP, as its clients see it; its processor time is that of the service and of all its children."""

import re
import time
from pathlib import Path

import httpx
import psutil

from tests.bench.hearing.transcripts import Heard, Timed
from tests.bench.report import processor_s
from tests.support.transcriber.serving import transcriber
from transcriber.schemas import Transcript

STAMP = re.compile(r"(\d+):(\d+):(\d+),(\d+) --> (\d+):(\d+):(\d+),(\d+)")


async def hear(model: str, wav: Path, language: str, settings: dict[str, str]) -> Heard:
    """One file through a service of its own, warm before the clocks start."""
    fixed = {"WHISPER_MODEL": model, "WHISPER_WINDOW_SECONDS": "30", "WHISPER_COMPUTE_TYPE": "int8"}
    async with (
        transcriber(**{**fixed, **settings}) as (url, part),
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=None) as client,  # noqa: S113 - a bench waits
    ):
        service = psutil.Process(part.process.pid)
        began, spent = time.perf_counter(), processor_s(service)
        found = Transcript.model_validate_json((await _ask(client, wav, language, "json")).content)
        wall_s, cpu_s = time.perf_counter() - began, processor_s(service) - spent
        subtitles = (await _ask(client, wav, language, "srt")).text
    segments = tuple(Timed(segment.start, segment.end, segment.text) for segment in found.segments)
    words = tuple(Timed(w.start, w.end, w.word) for segment in found.segments for w in segment.words or ())
    return Heard(segments, words, tuple(_cues(subtitles)), cpu_s, wall_s)


async def _ask(client: httpx.AsyncClient, wav: Path, language: str, form: str) -> httpx.Response:
    fields = {"language": language, "word_timestamps": "true", "format": form}
    answer = await client.post("/transcribe", files={"file": (wav.name, wav.read_bytes())}, data=fields)
    return answer.raise_for_status()


def _cues(subtitles: str) -> list[Timed]:
    cues: list[Timed] = []
    for block in re.split(r"\n\n+", subtitles.strip()):
        _, stamp, *lines = block.splitlines()
        found = STAMP.fullmatch(stamp)
        assert found, block
        numbers = [int(group) for group in found.groups()]
        start, end = (h * 3600 + m * 60 + s + ms / 1000 for h, m, s, ms in (numbers[:4], numbers[4:]))
        cues.append(Timed(start, end, "\n".join(lines)))
    return cues
