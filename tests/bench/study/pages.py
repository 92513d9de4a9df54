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
from typing import Any

from playwright.async_api import BrowserContext, Page, expect
from pydantic import SecretStr

from consumer.models import Segment, Transcript
from consumer.pipeline.write_study import write_study
from consumer.study.providers.anthropic import AnthropicProvider
from consumer.study.providers.api import Access
from infra.sandbox.standins import anthropic as api
from infra.sandbox.standins.anthropic import AnthropicStandin
from infra.sandbox.standins.model_api import model_api
from tests.bench.report import arguments, table, verdict, write_json
from tests.bench.study import lectures
from tests.support.consumer.study_page import PHONE, chromium, opened, page_of

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


def lasting(hours: float) -> Transcript:
    """The longest lecture, begun anew until the hours are full."""
    said = max(map(lectures.transcript, lectures.names()), key=lambda each: each.duration_s)
    times = math.ceil(hours * 3600 / said.duration_s)
    every = [_later(each, turn, len(said.segments), said.duration_s) for turn in range(times) for each in said.segments]
    kept = tuple(segment for segment in every if segment.end <= hours * 3600)
    return said.model_copy(update={"segments": kept, "duration_s": hours * 3600})


def _later(segment: Segment, turn: int, segments: int, duration_s: float) -> Segment:
    moved = {"id": segment.id + turn * segments, "words": ()}
    return segment.model_copy(
        update={**moved, "start": segment.start + turn * duration_s, "end": segment.end + turn * duration_s}
    )


async def weigh(hours: float) -> Weight:
    """Writes the page and opens it."""
    said, source = lasting(hours), lectures.source(lectures.names()[0])
    async with model_api(AnthropicStandin()) as url:
        claude = AnthropicProvider(Access(SecretStr(api.KEY), "claude-sonnet-5-5", url))
        made = await write_study(said, source, claude, lambda _: None)
        await claude.close()
    html = page_of(made, said, source)
    async with chromium() as browser:
        profile = await browser.new_context(viewport=PHONE)
        with TemporaryDirectory() as folder:
            async with opened(profile, Path(folder), html) as page:
                paint_s = float(await page.evaluate(PAINT))
                card_s = await _first_card_s(profile, page)
    return Weight(hours, len(html.encode()) / (1 << 20), len(made.cards) + len(made.quiz), paint_s, card_s)


async def _first_card_s(profile: BrowserContext, page: Page) -> float:
    """Of the page's own processor time, from nothing to a card that can be turned."""
    await page.goto(page.url.partition("#")[0] + "#cards")
    browser: Any = await profile.new_cdp_session(page)  # untyped
    await browser.send("Performance.enable", {"timeDomain": "threadTicks"})
    await page.reload()
    await expect(page.locator(".piece.card")).to_be_visible()
    metrics = (await browser.send("Performance.getMetrics"))["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


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
