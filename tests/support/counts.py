"""What work costs, in counts that no machine's speed moves: a tenth more than what is written down fails.

Where a count rises for a good reason, or falls, the change that moves it writes the new one into counts.json.
"""

import json
from collections.abc import Mapping
from pathlib import Path

WRITTEN: dict[str, int] = json.loads(Path(__file__).with_name("counts.json").read_text())


def check(what: str, seen: Mapping[str, int]) -> None:
    """Raises AssertionError where a count of `seen` is none, or more than a tenth above the one written down."""
    for name, count in seen.items():
        written = WRITTEN[f"{what}: {name}"]
        assert 0 < count <= 1.1 * written, f"{what}: {count} {name}, where {written} are written down"
