"""(e) 200 requests from 32 clients over real HTTP: nothing lost, nothing mixed up.

The service runs as a process of its own with the pocket model. Clips are pairs of phrases of the lecture, each pair
with words of its own; a few bytes behind the sound make every upload different, so that none is answered from another.
First each clip is sent alone: its text must be found in the lecture (the pocket model mishears a clip now and then).
Then all of them at once: every answer must equal, to the letter, what its clip gave alone. Predicted: 200 right
answers, about six times real time on two cores.
"""

import asyncio
import difflib
import io
import time
import wave
from collections.abc import Sequence

import httpx
import numpy as np

from infra.sandbox.paths import LECTURE_TEXT
from tests.bench import audio
from tests.bench.pocket_wer import plain
from tests.bench.report import arguments, median, table, verdict
from tests.support.transcriber.clips import lecture_audio
from tests.support.transcriber.serving import transcriber
from transcriber.audio.windows import SAMPLE_RATE, Samples

CLIENTS = 32
PAUSE = np.zeros(SAMPLE_RATE // 2, np.float32)
ALIKE = 0.7  # of a clip's words, in their order, are words of one place of the lecture


def clips(count: int) -> list[bytes]:
    """Pairs of neighbouring phrases, or of phrases further apart when the neighbours are used up, as WAV files."""
    found = audio.phrases(lecture_audio())
    pairs = [(first, first + step) for step in range(1, len(found)) for first in range(len(found) - step)]
    return [wav(np.concatenate([found[first], PAUSE, found[second]])) for first, second in pairs[:count]]


def wav(samples: Samples) -> bytes:
    """A 16-bit file."""
    memory = io.BytesIO()
    with wave.open(memory, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return memory.getvalue()


async def ask(client: httpx.AsyncClient, clip: bytes, number: int) -> tuple[str, float]:
    """The text of one upload, made unlike all others, and the seconds it took; an error's text where there is one."""
    began = time.perf_counter()
    files = {"file": (f"{number}.wav", clip + number.to_bytes(4, "big"))}
    answer = await client.post("/transcribe", files=files, data={"language": "en", "format": "text"})
    text = answer.text.strip() if answer.status_code == 200 else f"HTTP {answer.status_code}: {answer.text[:200]}"
    return text, time.perf_counter() - began


async def ask_all(client: httpx.AsyncClient, uploads: Sequence[bytes], clients: int) -> list[tuple[str, float]]:
    """All uploads, `clients` of them at any time."""
    places = asyncio.Semaphore(clients)

    async def one(number: int, clip: bytes) -> tuple[str, float]:
        async with places:
            return await ask(client, clip, 1000 * clients + number)

    return await asyncio.gather(*(one(number, clip) for number, clip in enumerate(uploads)))


def is_in_lecture(text: str) -> bool:
    """Whether most of these words are said in the lecture, in this order."""
    said, heard = plain(LECTURE_TEXT.read_text("utf-8")).split(), plain(text).split()
    blocks = difflib.SequenceMatcher(None, said, heard, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) >= ALIKE * len(heard) > 0


async def measure(distinct: int, requests: int) -> None:
    """Everything, and the verdicts."""
    made = clips(distinct)
    async with transcriber() as (url, _), httpx.AsyncClient(base_url=url, timeout=300, trust_env=False) as client:
        alone = [text for text, _ in await ask_all(client, made, 1)]
        uploads = [number % distinct for number in range(requests)]
        began = time.perf_counter()
        answers = await ask_all(client, [made[number] for number in uploads], CLIENTS)
        took_s = time.perf_counter() - began
    audio_s = sum((len(made[number]) - 44) / 2 / SAMPLE_RATE for number in uploads)
    waits = [wait_s for _, wait_s in answers]
    row = [f"{requests} at {CLIENTS}", took_s, audio_s / took_s, median(waits), max(waits)]
    table(["requests", "took s", "x real time", "p50 s", "worst s"], [row])
    misheard = sum(not is_in_lecture(text) for text in alone)
    verdict("clips that the pocket model does not hear well, alone", misheard, distinct // 10)
    verdict("clips that sound like another", distinct - len(set(alone)), 0)
    verdict("requests lost", sum(text.startswith("HTTP") for text, _ in answers), 0)
    mixed = [(alone[n], text) for n, (text, _) in zip(uploads, answers, strict=True) if text != alone[n]]
    verdict("answers that are not what the clip gave alone", len(mixed), 0)
    for expected, seen in mixed[:5]:
        print(f"  alone: {expected}\n  then:  {seen}")


def main() -> None:
    """Measures and prints."""
    chosen = arguments(__doc__).parse_args()
    asyncio.run(measure(8, 24) if chosen.quick else measure(40, 200))


if __name__ == "__main__":
    main()
