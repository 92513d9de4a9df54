"""What axe-core complains of on the pages of real lectures: by page, width and colours.

`python -m tests.bench.study.axe`. Target: nothing. Study pages as a language model writes them (a stand-in that quotes
the lecture) and as they are without one, every view, a card turned and a question answered, and a course's page.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.async_api import Page, ViewportSize

from consumer.export.course import Lecture, course_page
from consumer.material import StudyMaterial
from consumer.pipeline.write_study import write_study
from consumer.study.providers.extractive import ExtractiveProvider
from tests.bench.report import table
from tests.bench.study import lectures
from tests.support.consumer.study_page import VIEWS, chromium, opened, page_of, view, violations
from tests.support.consumer.writers.claude import by_claude

WIDTHS = (1280, 390)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
Show = Callable[[Page], Awaitable[Counter[str]]]


def main() -> None:
    """Print a row a page, then each rule that was broken and how often."""
    asyncio.run(_measure())


async def _measure() -> None:
    written = {name: await _written(name) for name in lectures.names()}
    pages = [
        (f"{name}, {made.provider}", page_of(made, lectures.transcript(name), lectures.source(name)), _all_views)
        for name, both in written.items()
        for made in both
    ]
    course = course_page("A course", [_lecture(name, both[0]) for name, both in written.items()])
    broken: Counter[str] = Counter()
    rows: list[tuple[object, ...]] = []
    for name, html, show in [*pages, ("course", course, _once)]:
        counts = [await _looked_at(html, show, *look) for look in itertools.product(WIDTHS, SCHEMES)]
        for each in counts:
            broken += each
        rows.append((name, *(each.total() for each in counts)))
    table(("page", *(f"{width} {scheme}" for width, scheme in itertools.product(WIDTHS, SCHEMES))), rows)
    for rule, count in broken.most_common():
        print(f"{rule}: {count}")


async def _written(name: str) -> tuple[StudyMaterial, StudyMaterial]:
    heard, source = lectures.transcript(name), lectures.source(name)
    made = await by_claude(heard, source)
    return made, await write_study(heard, source, ExtractiveProvider(), lambda _: None)


def _lecture(name: str, made: StudyMaterial) -> Lecture:
    return Lecture(f"{name}/study.html", lectures.source(name), lectures.transcript(name), made)


async def _looked_at(html: str, show: Show, width: int, scheme: Literal["light", "dark"]) -> Counter[str]:
    async with _page(html, width, scheme) as page:
        return await show(page)


@asynccontextmanager
async def _page(html: str, width: int, scheme: Literal["light", "dark"]) -> AsyncGenerator[Page]:
    async with chromium() as browser:
        size = ViewportSize(width=width, height=800)
        profile = await browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
        with TemporaryDirectory() as folder:
            async with opened(profile, Path(folder), html) as page:
                yield page


async def _all_views(page: Page) -> Counter[str]:
    seen: Counter[str] = Counter()
    for name in VIEWS:
        await view(page, name)
        seen += await _once(page)
    return seen


async def _once(page: Page) -> Counter[str]:
    return Counter({rule: len(elements) for rule, elements in (await violations(page)).items()})


if __name__ == "__main__":
    main()
