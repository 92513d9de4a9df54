"""How well the pocket model hears `lecture.mp3`: `python -m tests.bench.pocket_wer [MODEL]` prints a table.

The model defaults to the one in infra/sandbox/assets/pocket-model. Takes a few seconds.
"""

import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jiwer
from faster_whisper import BatchedInferencePipeline, WhisperModel

from infra.sandbox.paths import ASSETS

WINDOWS_S = (30, 15, 10)


@dataclass(frozen=True)
class Row:
    """One measurement: the longest window, the word error rate (0 to 1), and how long it took."""

    window_s: int
    error_rate: float
    took_s: float


def measure(model: Path) -> Iterator[Row]:
    """The lecture's word error rate for each window length, decoded as faster-whisper does in batches."""
    said = plain((ASSETS / "lecture.txt").read_text("utf-8"))
    for window_s in WINDOWS_S:
        # A new model each time: chunk_length stays in its feature extractor.
        pipeline = BatchedInferencePipeline(model=WhisperModel(str(model), device="cpu", compute_type="int8"))
        started = time.perf_counter()
        segments, _ = pipeline.transcribe(  # pyright: ignore[reportUnknownMemberType] - one parameter is a bare dict
            str(ASSETS / "lecture.mp3"), chunk_length=window_s, language="en"
        )
        heard = plain(" ".join(segment.text for segment in segments))
        yield Row(window_s, jiwer.wer(said, heard), time.perf_counter() - started)


def plain(text: str) -> str:
    """Words in lower case without punctuation."""
    return " ".join(re.sub(r"[^\w' ]", " ", text.lower()).split())


def main() -> None:
    """Prints the table."""
    model = Path(sys.argv[1]) if len(sys.argv) > 1 else ASSETS / "pocket-model/model"
    print("window  word error rate     took")
    for row in measure(model):
        print(f"{row.window_s:4d} s  {row.error_rate:15.1%}  {row.took_s:5.1f} s", flush=True)


if __name__ == "__main__":
    main()
