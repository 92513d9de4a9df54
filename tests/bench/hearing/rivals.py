"""faster-whisper as people use it, in a process of its own: `rivals SYSTEM MODEL WAV LANGUAGE OUT`.

Both with voice activity detection, a beam of five, int8, two threads, and words with times, since Lectern gives them.
The model is loaded before the clocks start.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from faster_whisper import BatchedInferencePipeline, WhisperModel

from tests.bench.hearing.transcripts import Heard, Timed
from tests.bench.report import Stopwatch

THREADS = 2


def hear(rival: str, model: str, wav: Path, language: str) -> Heard:
    """One file through `WhisperModel`, or through `BatchedInferencePipeline`."""
    whisper = WhisperModel(model, device="cpu", compute_type="int8", cpu_threads=THREADS)
    untyped = cast("Any", whisper if rival == "sequential" else BatchedInferencePipeline(whisper))
    with Stopwatch() as spent:
        found, _ = untyped.transcribe(str(wav), language=language, beam_size=5, vad_filter=True, word_timestamps=True)
        segments = list(found)
    cues = tuple(_timed(segments))
    words = tuple(Timed(word.start, word.end, word.word) for segment in segments for word in segment.words or ())
    return Heard(cues, words, cues, spent.cpu_s, spent.wall_s)


def _timed(segments: Iterable[Any]) -> Iterable[Timed]:
    return (Timed(segment.start, segment.end, segment.text.strip()) for segment in segments)


if __name__ == "__main__":
    rival, model, wav, language, out = sys.argv[1:]
    hear(rival, model, Path(wav), language).write(Path(out))
