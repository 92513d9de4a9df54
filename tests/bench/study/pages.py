"""How heavy a study page is, and how soon it shows something: an hour's and five hours'.

`python -m tests.bench.study.pages`. The longest real lecture, said as often as the hours need, with notes that a
stand-in for a model writes; a phone's width, Chromium. Predicted: 1.5 MB an hour, something to see within 0.3 s and the
first card within 1 s of the page's own time.
"""

import asyncio
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from consumer.models import Segment, Transcript
from tests.bench.report import arguments, table, verdict, write_json
from tests.bench.study import lectures
from tests.support.consumer.study_page import PHONE, chromium, first_card_s, opened, page_of
from tests.support.consumer.writers.claude import by_claude

KEPT = Path("out/bench/pages.json")
FIRST_CARD_S = 1.0
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"


@dataclass(frozen=True)
class Weight:
    """A page: its size, notes, and seconds until something and until the first card is to be seen."""

    hours: float
    mib: float
    notes: int
    paint_s: float
    card_s: float


def lasting(hours: float, said: Transcript) -> Transcript:
    """What was said, begun anew until the hours are full."""
    times = math.ceil(hours * 3600 / said.duration_s)
    every = [_later(each, turn, said) for turn in range(times) for each in said.segments]
    kept = tuple(segment for segment in every if segment.end <= hours * 3600)
    return said.model_copy(update={"segments": kept, "duration_s": hours * 3600})


def _later(segment: Segment, turn: int, said: Transcript) -> Segment:
    by_s = turn * said.duration_s
    moved = {"start": segment.start + by_s, "end": segment.end + by_s, "words": ()}
    return segment.model_copy(update={"id": segment.id + turn * len(said.segments), **moved})


async def weigh(hours: float) -> Weight:
    """Writes the page and opens it."""
    longest = max(lectures.names(), key=lambda name: lectures.transcript(name).duration_s)
    said, source = lasting(hours, lectures.transcript(longest)), lectures.source(longest)
    made = await by_claude(said, source)
    html = page_of(made, said, source)
    async with chromium() as browser:
        profile = await browser.new_context(viewport=PHONE)
        with TemporaryDirectory() as folder:
            async with opened(profile, Path(folder), html) as page:
                paint_s = float(await page.evaluate(PAINT))
                card_s = await first_card_s(profile, page)
    return Weight(hours, len(html.encode()) / (1 << 20), len(made.cards) + len(made.quiz), paint_s, card_s)


def main() -> None:
    """Measures and prints."""
    chosen = arguments(__doc__).parse_args()
    if not lectures.names():
        print(f"left out: there are no lectures in {lectures.FOLDER}")
        return
    weights = [asyncio.run(weigh(hours)) for hours in ((1,) if chosen.quick else (1, 5))]
    rows = [(each.hours, each.mib, each.notes, each.paint_s, each.card_s) for each in weights]
    table(("hours", "MiB", "notes", "first paint s", "first card s"), rows)
    write_json(KEPT, [asdict(each) for each in weights])
    verdict("the first card of the longest", weights[-1].card_s, FIRST_CARD_S, " s")


if __name__ == "__main__":
    main()
