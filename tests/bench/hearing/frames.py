"""What short encodes cost and hear: rules for the encoder's input length × languages × models, on prompts one by one.

Windows of a prompt are padded with zeros to the rule's length instead of 30 s. Predicted: with at least 10 s, and twice
the clip, the words are those of 30 s at half the processor time. Straight on the model, one thread, int8, beam of five.
"""

import argparse
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from infra.sandbox.weights import WHEELS, packaged_weights
from tests.bench.hearing.noises import at_level, hiss, level
from tests.bench.report import table
from tests.support.speech.voices import LANGUAGES, Language, Spoken, prompts
from tests.support.words import word_error_rate
from transcriber.audio.windows import Samples
from transcriber.model.backend import Ask, Decoding
from transcriber.model.frames import FRAMES, FRAMES_A_SECOND, cut_to
from transcriber.model.whisper import WhisperBackend

Rule = Callable[[float], float]
"""Seconds of a clip to seconds that are encoded."""

WHOLE = "30 s"
RULES: dict[str, Rule] = {
    WHOLE: lambda _: 30.0,
    "max(10, 2 x clip)": lambda clip_s: max(10.0, 2 * clip_s),
    "max(10, 2 x clip), next 5 s": lambda clip_s: _next5(max(10.0, 2 * clip_s)),
    "max(15, 2 x clip), next 5 s": lambda clip_s: _next5(max(15.0, 2 * clip_s)),
    "max(10, clip + 1), next 5 s": lambda clip_s: _next5(max(10.0, clip_s + 1)),
    "max(5, clip + 1), next 5 s": lambda clip_s: _next5(clip_s + 1),
}


@dataclass
class Result:
    """Words of a rule, and its processor seconds."""

    text: str = ""
    cpu_s: float = 0.0


def _next5(seconds: float) -> float:
    return 5 * math.ceil(seconds / 5)


def heard(
    backend: WhisperBackend, clips: Sequence[Spoken], rules: Sequence[str], noise_db: float | None
) -> dict[str, Result]:
    """All clips, one row at a time; each under every rule before the next, so that a busy machine is so for all."""
    results = {name: Result() for name in rules}
    for number, clip in enumerate(clips):
        audio = _noisy(clip.audio, number, noise_db)
        for name, result in results.items():
            began = time.process_time()
            mel = cut_to(backend.features(audio), min(FRAMES, round(RULES[name](clip.seconds) * FRAMES_A_SECOND)))
            found = backend.generate(backend.encode([mel]), [backend.prompt(clip.language, Ask())], Decoding())
            result.cpu_s += time.process_time() - began
            result.text += " " + backend.text(found[0].tokens)
    return results


def _noisy(audio: Samples, seed: int, noise_db: float | None) -> Samples:
    if noise_db is None:
        return audio
    noise = hiss(np.random.default_rng(seed), len(audio))
    return audio + at_level(noise, level(audio) * 10 ** (-noise_db / 20))


def main() -> None:
    """Measures and prints."""
    chosen = _arguments()
    backend = WhisperBackend(str(packaged_weights(chosen.model)), "cpu", "int8", threads=1)
    for language in cast("list[Language]", chosen.languages):
        clips = prompts(language)[:: chosen.every][: chosen.prompts]
        said = " ".join(clip.text for clip in clips)
        results = heard(backend, clips, chosen.rules, chosen.noise_db)
        whole_s = results[WHOLE].cpu_s
        print(f"\n{language}, {len(clips)} prompts, {chosen.model}", flush=True)
        table(
            ("rule", "WER", "cpu s", "of 30 s"),
            (
                (name, f"{word_error_rate(said, result.text):.1%}", result.cpu_s, result.cpu_s / whole_s)
                for name, result in results.items()
            ),
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=WHEELS, default="base")
    parser.add_argument("--languages", choices=LANGUAGES, nargs="+", default=LANGUAGES)
    parser.add_argument("--prompts", type=int, default=60)
    parser.add_argument("--every", type=int, default=2)
    parser.add_argument("--noise-db", type=float)
    parser.add_argument("--rules", choices=RULES, nargs="+", default=list(RULES))
    return parser.parse_args()


if __name__ == "__main__":
    main()
