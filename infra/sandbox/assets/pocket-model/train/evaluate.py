"""Word error rates of an exported model on sentences it was not trained on, through faster-whisper."""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from .data.bank import Bank
from .data.speech import Espeak
from .data.text import Line, Writer
from .data.utterance import draw_voice, utter

SENTENCES = {"lecture": 60, "strings": 25, "foreign": 20}
SEED = 901


def evaluate(model: Path, writer: Writer, bank: Bank) -> dict[str, float]:
    """Word error rate by kind of text. Sentences that are in `bank` are left out."""
    import jiwer
    from faster_whisper import WhisperModel

    whisper = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=1)
    trained = {one.line.text for _, one in bank.utterances}
    rates: dict[str, float] = {}
    for kind, count in SENTENCES.items():
        said: list[str] = []
        heard: list[str] = []
        for line, audio in _held_out(kind, count, writer, trained):
            segments, _ = whisper.transcribe(audio, vad_filter=True, condition_on_previous_text=False)
            said.append(plain(line.text))
            heard.append(plain(" ".join(segment.text for segment in segments)))
        rates[kind] = float(jiwer.wer(said, heard))
    return rates


def plain(text: str) -> str:
    """Words in lower case without punctuation."""
    return " ".join(re.sub(r"[^\w' ]", " ", text.lower()).split())


def _held_out(kind: str, count: int, writer: Writer, trained: set[str]) -> Iterator[tuple[Line, NDArray[np.float32]]]:
    espeak, rng = Espeak(), Random(f"{SEED}-{kind}")
    while count > 0:
        line = writer.of_kind(kind, rng)
        spoken = utter(espeak, line, draw_voice(line.language, rng), 0)
        if line.text in trained or spoken is None:
            continue
        pad = np.zeros(rng.randint(1600, 8000), np.float32)
        yield line, np.concatenate([pad, spoken[1].astype(np.float32) / np.float32(32768), pad])
        count -= 1
