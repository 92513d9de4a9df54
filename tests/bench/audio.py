"""Sound for the benchmarks: clips and long files cut from `lecture.mp3`, and the words said in each."""

import re
from dataclasses import dataclass
from itertools import chain, pairwise, repeat
from pathlib import Path

import numpy as np

from tests.support.transcriber.clips import LECTURE, lecture_audio, piece, write_wav
from transcriber.audio.windows import SAMPLE_RATE, Samples

LECTURE_S = 103.8
PAUSE_S = 0.25  # of quiet, between two sentences of the lecture
QUIET = 0.01


@dataclass(frozen=True)
class Item:
    """One upload: where it is and how long it plays."""

    path: Path
    seconds: float


def clips(folder: Path, count: int, shortest_s: float = 5.0, longest_s: float = 15.0) -> list[Item]:
    """Cuts of different lengths from all over the lecture, all different."""
    audio = lecture_audio()
    total_s = len(audio) / SAMPLE_RATE
    made: list[Item] = []
    for number in range(count):
        length_s = shortest_s + (longest_s - shortest_s) * (number * 7 % count) / max(1, count - 1)
        start_s = (total_s - length_s) * number / max(1, count - 1)
        path = write_wav(folder / f"clip-{number}.wav", piece(audio, start_s, start_s + length_s))
        made.append(Item(path, length_s))
    return made


def long_file(folder: Path, seconds: float, shift: int = 0) -> Item:
    """The lecture again and again as MP3, `seconds` long; `shift` makes files of one length differ."""
    path = folder / f"long-{seconds:.0f}-{shift}.mp3"
    frames = _frames(LECTURE.read_bytes())
    first = frames[len(frames) // 10 * shift % len(frames) :]
    a_second = len(frames) / LECTURE_S
    left = round(seconds * a_second)
    with path.open("wb") as file:
        for part in chain([first], repeat(frames)):
            file.write(b"".join(part[:left]))
            left -= len(part)
            if left <= 0:
                break
    return Item(path, seconds)


def speech_then_silence(folder: Path, speech_s: float, silence_s: float) -> Item:
    """Somebody speaks, and then the recorder is forgotten."""
    spoken = piece(lecture_audio(), 0, speech_s)
    quiet = np.zeros(int(silence_s * SAMPLE_RATE), np.float32)
    return Item(write_wav(folder / "forgotten.wav", np.concatenate([spoken, quiet])), speech_s + silence_s)


def _frames(data: bytes) -> list[bytes]:
    """The sound of an MP3, frame by frame, without the tags and the first frame, which only describes the others."""
    starts = [found.start() for found in re.finditer(re.escape(_sync(data)), data)]
    return [data[start:end] for start, end in pairwise([*starts, len(data)])][1:]


def _sync(data: bytes) -> bytes:
    """The two bytes with which each frame of this file begins."""
    first = re.search(rb"\xff[\xe2-\xff]", data)
    if first is None:
        raise ValueError("this is not an MP3")
    return first.group()


def phrases(audio: Samples, shortest_s: float = 1.5) -> list[Samples]:
    """The lecture's phrases, cut where the speaker pauses; each has words of its own."""
    frame = SAMPLE_RATE // 50
    loud = np.abs(audio[: len(audio) // frame * frame].reshape(-1, frame)).max(axis=1) > QUIET
    cuts, quiet, start = list[Samples](), 0, 0
    for number, is_loud in enumerate(loud):
        quiet = 0 if is_loud else quiet + 1
        at = number * frame
        if quiet * frame >= PAUSE_S * SAMPLE_RATE and at - start >= shortest_s * SAMPLE_RATE:
            cuts.append(audio[start:at])
            start, quiet = at, 0
    return cuts
