"""What is sent: prompts of human voices as clips, lectures built of them, and both at once; every word is known."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.bench.hearing.lectures import lecture
from tests.bench.rivals.answers import Upload
from tests.support.speech.voices import prompts
from tests.support.transcriber.clips import write_wav
from transcriber.audio.windows import SAMPLE_RATE, Samples


@dataclass(frozen=True)
class Workload:
    """`uploads` in this order, by so many clients at once; `waiting` of them, the last, are those whose wait counts."""

    name: str
    uploads: tuple[Upload, ...]
    clients: int
    waiting: int

    @property
    def audio_s(self) -> float:
        """Seconds of sound in all."""
        return sum(upload.seconds for upload in self.uploads)


def workloads(folder: Path, *, quick: bool) -> list[Workload]:
    """Clips and lectures by one client and by many, and clips behind a lecture; no file is sent twice."""
    minutes, lectures, clips = (1, 1, 4) if quick else (5, 4, 32)
    some = clips // 2
    plan = [
        (f"{some} clips, 1 client", 0, some, 1),
        (f"{clips} clips, {some} clients", 0, clips, some),
        (f"a lecture of {minutes} min", 1, 0, 1),
        (f"{some} clips behind a lecture", 1, some, some + 1),
    ]
    if not quick:
        plan += [("64 clips, 64 clients", 0, 64, 64), (f"{lectures} lectures at once", lectures, 0, lectures)]
    loads: list[Workload] = []
    for number, (name, long, short, clients) in enumerate(plan):
        made = (*_lectures(long, minutes), *((one.name, one.text, one.audio) for one in prompts("en")[:short]))
        uploads = tuple(_upload(folder / f"{number}-{file}.wav", text, sound, number) for file, text, sound in made)
        loads.append(Workload(name, uploads, clients, short or long))
    return loads


def _lectures(count: int, minutes: float) -> Iterator[tuple[str, str, Samples]]:
    for seed in range(1, count + 1):
        built = lecture(seed, "clean", minutes)
        yield built.name, " ".join(said.text for said in built.said), built.audio


def _upload(path: Path, text: str, sound: Samples, more: int) -> Upload:
    """`more` samples of silence behind it make the file unlike others with the same words."""
    whole = np.concatenate([sound, np.zeros(more, np.float32)])
    return Upload(write_wav(path, whole), len(whole) / SAMPLE_RATE, text)
