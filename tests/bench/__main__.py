"""Runs every benchmark that needs no GPU, one after the other, and writes docs/benchmarks.md: `./dev bench`."""

import os
import subprocess
import sys
import time

from tests.bench.report import arguments
from tests.support.heap import heap

ALL = (
    "rivals",
    "fleet.calls",
    "study.pages",
    "rivals.document",
    "throughput",
    "identity",
    "memory",
    "first_segment",
    "many_clients",
    "fairness",
    "pocket_wer",
    "roofline",
)
WITHOUT_QUICK = ("rivals.document", "pocket_wer")
IN_ROUNDS = ("rivals", "throughput", "memory")
LIMIT_S = 3 * 3600


def main() -> None:
    """Exit code 1 where one of them broke; a missed target is only printed."""
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=3, help=f"of {', '.join(IN_ROUNDS)}, whose medians are shown")
    chosen = parser.parse_args()
    broken: list[str] = []
    for name in ALL:
        print(f"== {name}", flush=True)
        began = time.perf_counter()
        options = ["--quick"] if chosen.quick and name not in WITHOUT_QUICK else []
        options += ["--rounds", str(chosen.rounds)] if name in IN_ROUNDS else []
        try:
            command = [sys.executable, "-m", f"tests.bench.{name}", *options]
            done = subprocess.run(command, check=False, timeout=LIMIT_S, env={**os.environ, **heap()})
        except subprocess.TimeoutExpired:
            broken.append(f"{name} (took longer than {LIMIT_S} s)")
            continue
        if done.returncode:
            broken.append(name)
        print(f"   {time.perf_counter() - began:.0f} s\n", flush=True)
    if broken:
        sys.exit(f"broken: {', '.join(broken)}")


if __name__ == "__main__":
    main()
