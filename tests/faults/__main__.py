"""`python -m tests.faults`: the big form. Prints its seed and a table; exit code 1 where something is wrong.

The soak is `--videos 300 --signals 0 --faults 0`.
"""

import argparse
import asyncio
import secrets
import sys

from tests.bench.report import table
from tests.faults.harness import Plan, run


def main() -> None:
    """As the options say."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--videos", type=int, default=40)
    parser.add_argument("--signals", type=int, default=200)
    parser.add_argument("--faults", type=int, default=60)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--limit-s", type=float, default=1800)
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    report = asyncio.run(run(Plan(chosen.videos, chosen.signals, chosen.faults, chosen.seed, chosen.limit_s)))
    rows = [[name, count] for name, count in sorted(report.done.items())]
    found = report.found
    figures = {"videos": chosen.videos, "attempts": found.attempts, "calls": found.calls, "again": found.calls_again}
    table(["what", "times"], [*rows, *figures.items(), ["seconds", report.seconds]])
    print("\n".join(report.wrong) or "nothing is wrong")
    sys.exit(1 if report.wrong else 0)


if __name__ == "__main__":
    main()
