"""`python -m tests.transcriber.audio.fuzz_media --seconds 600`: damaged files of every format against the real intake.

Allowed are samples or a MediaError. Anything else, a process left over, or memory that grows ends the run with the
file kept in `--keep`. Prints how many files were tried, how fast, and what they ended as.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.support.transcriber.clips import LECTURE
from tests.support.transcriber.media_files import FORMATS, convert
from tests.support.transcriber.watching import Left, left_behind, peak_bytes
from transcriber import errors
from transcriber.audio.media import Decoders, MediaLimits

GROWTH_BYTES = 200 << 20
LIMITS = MediaLimits(max_audio_s=600, max_idle_s=20, max_cpu_s=20)


def main() -> int:
    """Run until the time is over; 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="how long (default 60)")
    parser.add_argument("--seed", type=int, default=0, help="where chance begins (default 0)")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-found"), help="where a file goes that was too much")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return _fuzz(Path(folder), wanted.seconds, random.Random(wanted.seed), wanted.keep)


def _fuzz(folder: Path, seconds: float, chance: random.Random, keep: Path) -> int:
    corpus = [convert(LECTURE, folder / name, *options, seconds=1).read_bytes() for name, options in FORMATS.items()]
    decoders, outcomes, victim = Decoders(), Counter[str](), folder / "victim"
    before, small, began, tried = Left.now(), peak_bytes(), time.monotonic(), 0
    while time.monotonic() - began < seconds:
        victim.write_bytes(mutated(chance.choice(corpus), corpus, chance))
        tried += 1
        outcome = attempt(decoders, victim)
        outcomes[outcome] += 1
        if outcome.startswith("!"):
            keep.mkdir(exist_ok=True)
            (keep / f"{tried}").write_bytes(victim.read_bytes())
    decoders.close()
    spent, left, growth = time.monotonic() - began, left_behind(before), peak_bytes() - small
    print(f"{tried} files in {spent:.0f} s ({tried / spent:.1f} a second); grew by {growth >> 20} MB; left {left}")
    for outcome, count in outcomes.most_common():
        print(f"{count:8} {outcome}")
    return int(any(each.startswith("!") for each in outcomes) or growth > GROWTH_BYTES or bool(left.children))


def attempt(decoders: Decoders, file: Path) -> str:
    """What became of one file; with a `!` what must not be."""
    try:
        with decoders.open(file, LIMITS) as media:
            blocks = sum(1 for _ in media)
    except errors.MediaError as error:
        return f"{type(error).__name__}: {str(error)[:60]}"
    except errors.TranscriberError as error:
        return f"! {type(error).__name__}: {error}"
    return "samples" if blocks else "! no samples and no error"


def mutated(content: bytes, corpus: list[bytes], chance: random.Random) -> bytes:
    """A few kinds of damage at once: flipped bytes, holes, repeats, ends of other files, lengths turned large."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data)) if chance.random() < 0.6 else chance.randrange(min(len(data), 512))
        size = min(chance.choice((1, 2, 4, 16, 256)), len(data) - at)
        match chance.randrange(6):
            case 0:
                data[at : at + size] = chance.randbytes(size)
            case 1:
                del data[at : at + size]
            case 2:
                data[at:at] = data[at : at + size] * chance.randint(1, 50)
            case 3:
                other = chance.choice(corpus)
                data[at:] = other[chance.randrange(len(other)) :]
            case 4:
                data[at : at + size] = b"\xff" * size
            case _:
                data[at] ^= 1 << chance.randrange(8)
        if not data:
            return b"\0"
    return bytes(data)


if __name__ == "__main__":
    sys.exit(main())
