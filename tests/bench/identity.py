"""(b) Rows heard in batches against the same rows heard alone, token by token.

Windows of the lecture, silence and a very short clip go through the backend alone, then in shuffled batches of 2 to 16,
with a beam of 1 and of 5, with and without time tokens, languages and tasks mixed. Predicted: on a CPU every row is
identical, for the pocket model and for random weights; on a GPU in half precision a few per cent differ.
"""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.bench import models
from tests.bench.report import MODELS, arguments, table, verdict
from tests.support.transcriber.clips import lecture_audio, piece
from transcriber.audio.windows import SAMPLE_RATE
from transcriber.model.backend import Ask, Decoding, Mel
from transcriber.model.whisper import WhisperBackend
from transcriber.schemas import Task

KINDS: tuple[tuple[str, Task], ...] = (("en", "transcribe"), ("de", "transcribe"), ("fr", "translate"))
Tokens = list[tuple[int, ...]]


def windows(backend: WhisperBackend, count: int, seconds: float) -> list[Mel]:
    """Features of `count` windows: all different, one of them silent and one very short."""
    audio = lecture_audio()
    starts = np.linspace(0, len(audio) / SAMPLE_RATE - seconds, count - 2).tolist()
    cuts = [piece(audio, start, start + seconds) for start in starts]
    return [backend.features(cut) for cut in (*cuts, np.zeros(SAMPLE_RATE, np.float32), piece(audio, 20, 20.4))]


def heard(backend: WhisperBackend, mels: Sequence[Mel], rows: Sequence[int], how: Decoding, *, times: bool) -> Tokens:
    """The tokens of these rows in one batch; each row has a language and a task of its own."""
    kinds = [KINDS[row % len(KINDS)] for row in rows]
    prompts = [backend.prompt(language, Ask(task=task, token_times=times)) for language, task in kinds]
    found = backend.generate(backend.encode([mels[row] for row in rows]), prompts, how)
    return [hypothesis.tokens for hypothesis in found]


def different(
    backend: WhisperBackend, mels: Sequence[Mel], size: int, how: Decoding, *, times: bool
) -> tuple[int, int]:
    """How many rows differ from solo in shuffled batches of `size`, and how many distinct texts there are."""
    numbers = list(range(len(mels)))
    alone = [heard(backend, mels, [number], how, times=times)[0] for number in numbers]
    random.Random(size).shuffle(numbers)
    groups = [numbers[first : first + size] for first in range(0, len(numbers), size)]
    wrong = 0
    for group in groups:
        together = heard(backend, mels, group, how, times=times)
        wrong += sum(tokens != alone[number] for number, tokens in zip(group, together, strict=True))
    return wrong, len(set(alone))


def check(name: str, model: Path, seconds: float, *, quick: bool, device: str = "cpu", compute: str = "int8") -> int:
    """Print a line for each way of decoding; how many rows differed in all."""
    backend = WhisperBackend(str(model), device, compute)
    mels = windows(backend, 6 if quick else 16, seconds)
    rows: list[list[object]] = []
    for beam in (1,) if quick else (1, 5):
        for times in (False, True):
            how = Decoding(beam_size=beam, max_new_tokens=64)
            for size in (4,) if quick else (2, 8, 16):
                wrong, distinct = different(backend, mels, size, how, times=times)
                rows.append(
                    [f"{name} {compute} beam {beam}{' times' if times else ''}", size, len(mels), distinct, wrong]
                )
    table(["model", "batch", "rows", "distinct", "different"], rows)
    return sum(int(str(row[-1])) for row in rows)


def main() -> None:
    """Checks and prints."""
    chosen = arguments(__doc__).parse_args()
    wrong = check("pocket", models.POCKET, models.POCKET_WINDOW_S, quick=chosen.quick)
    for compute in ("int8",) if chosen.quick else ("int8", "float32"):
        model = models.build("nano", MODELS, compute)
        wrong += check("nano", model, 20.0, quick=chosen.quick, compute=compute)
    verdict("rows that differ from solo", wrong, 0)


if __name__ == "__main__":
    main()
