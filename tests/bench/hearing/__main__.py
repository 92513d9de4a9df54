"""How well people are heard: lectures built from human prompts, Lectern over HTTP against faster-whisper.

Predicted: Lectern's word error rate on each lecture is no higher than the better rival's, it loses no stretch of two
seconds, shows no first word a second early, and takes at most 1.1 times the batched pipeline's processor time.

What rivals heard is kept in out/hearing and asked again with --again; Lectern is asked each time. --setting NAME=VALUE
gives the transcriber one. Processor times compare only where all ran on an equally quiet machine.
"""

import argparse
import asyncio
import hashlib
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.sandbox.weights import WHEELS, packaged_weights
from tests.bench.hearing import service
from tests.bench.hearing.lectures import KINDS, Lecture, lecture
from tests.bench.hearing.score import Score, in_columns, score
from tests.bench.hearing.transcripts import Heard
from tests.bench.report import table, verdict
from tests.support.speech.voices import LANGUAGES
from tests.support.transcriber.clips import write_wav

KEPT = Path("out/hearing")
SYSTEMS = ("lectern", "sequential", "batched")
HEAD = (
    "",
    "WER",
    "sub/del/ins",
    "lost s",
    "segment off s",
    "word off s",
    "early",
    "invented",
    "stops",
    "cues over",
    "cpu s",
)


def main() -> None:
    """Measures and prints, lecture by lecture."""
    chosen = _arguments()
    for seed in chosen.seeds:
        for kind in chosen.kinds:
            built = lecture(seed, kind, chosen.minutes, chosen.language)
            found = {system: score(built, _hear(system, built, chosen)) for system in chosen.systems}
            print(f"\n{built.name}, {built.seconds:.0f} s, {len(built.said)} sentences, {chosen.model}", flush=True)
            table(HEAD, ([system, *in_columns(one)] for system, one in found.items()))
            _judge(found)


def _judge(found: dict[str, Score]) -> None:
    ours = found.pop("lectern", None)
    if ours is None:
        return
    if found:
        verdict("word error rate", ours.error_rate, min(rival.error_rate for rival in found.values()))
    verdict("longest stretch lost", ours.lost_s, 2.0, " s")
    verdict("first words a second early", ours.early, 0)
    if "batched" in found:
        verdict("processor time over the batched pipeline's", ours.cpu_s / found["batched"].cpu_s, 1.1)


def _hear(system: str, built: Lecture, chosen: argparse.Namespace) -> Heard:
    kept = KEPT / f"{_key(system, built, chosen.model)}.json"
    if system != "lectern" and kept.exists() and not chosen.again:
        return Heard.read(kept)
    model = str(packaged_weights(chosen.model))
    with TemporaryDirectory() as folder:
        wav = write_wav(Path(folder) / f"{built.name}.wav", built.audio)
        if system == "lectern":
            settings = dict(setting.split("=", 1) for setting in chosen.setting)
            asyncio.run(service.hear(model, wav, built.language, settings)).write(kept)
        else:
            program = "tests.bench.hearing.rivals"
            command = [sys.executable, "-m", program, system, model, str(wav), built.language, str(kept)]
            subprocess.run(command, check=True)
    return Heard.read(kept)


def _key(system: str, built: Lecture, model: str) -> str:
    """Another sound, model or version of the library is another question."""
    asked = hashlib.sha256(built.audio.tobytes())
    asked.update(f"{model} {version('faster-whisper')} {version('ctranslate2')}".encode())
    return f"{built.name}-{system}-{asked.hexdigest()[:12]}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--kinds", choices=KINDS, nargs="+", default=KINDS)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    parser.add_argument("--model", choices=WHEELS, default="base")
    parser.add_argument("--systems", choices=SYSTEMS, nargs="+", default=SYSTEMS)
    parser.add_argument("--setting", nargs="*", default=[], metavar="NAME=VALUE")
    parser.add_argument("--again", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
