"""Wrong notes among good ones: how many of each the second pass refuses, with a judge who knows the lecture.

`python -m tests.bench.study.planted`. Targets: ≥ 95 % of 200 wrong pairs refused, < 5 % of good ones. The judge is a
stand-in that knows; what is measured is whether its knowledge gets through: passages, order of options, repairs.
"""

import asyncio

from tests.bench.study import lectures
from tests.support.consumer.writers.planted import plant

NOTES, WRONG_EVERY = 240, 2


def main() -> None:
    """Print a row a lecture."""
    for name in lectures.names():
        seen = asyncio.run(plant(lectures.transcript(name), lectures.source(name), NOTES, WRONG_EVERY))
        refused, lost = seen.wrong - seen.wrong_kept, seen.good - seen.good_kept
        print(
            f"{name:12} wrong refused {refused:4} of {seen.wrong:4} ({refused / max(seen.wrong, 1):.1%}); "
            f"good refused {lost:4} of {seen.good:4} ({lost / max(seen.good, 1):.1%})",
            flush=True,
        )


if __name__ == "__main__":
    main()
