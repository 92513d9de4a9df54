"""How many notes keep their id when a lecture's material is written anew in other words.

`python -m tests.bench.study.ids`. Targets: ≥ 90 % of the facts that both runs have a note about, and no id for another
fact. The writer is a stand-in with two voices (`tests.support.consumer.writers.rewording`); the second asks otherwise,
drops, changes and turns around words of the answer, quotes from elsewhere on, and writes a fifth more notes.
"""

import asyncio

from tests.bench.report import table
from tests.bench.study import lectures
from tests.support.consumer.writers.rewording import Kept, regenerate


def main() -> None:
    """Print a row a lecture."""
    seen = {
        name: asyncio.run(regenerate(lectures.transcript(name), lectures.source(name))) for name in lectures.names()
    }
    rows = [_row(name, kept) for name, kept in seen.items()]
    together = Kept(*(sum(getattr(kept, name) for kept in seen.values()) for name in ("facts", "kept", "taken")))
    table(("lecture", "in both runs", "kept", "share", "another fact's"), [*rows, _row("all", together)])


def _row(name: str, kept: Kept) -> tuple[object, ...]:
    return name, kept.facts, kept.kept, f"{kept.kept / max(kept.facts, 1):.1%}", kept.taken


if __name__ == "__main__":
    main()
