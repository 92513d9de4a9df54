"""`./dev screenshots`: the README's picture of the study page, from a run of the demo that ends as it is taken.

Without a language model the demo only finds definitions: the notes shown were written by hand, and the page says so.
"""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import ViewportSize, async_playwright
from rich.console import Console

from consumer.export.page import study_page
from consumer.models import Source, Transcript
from infra.sandbox.demo import OUT, demo
from infra.sandbox.paths import AS_ROOT, CHROMIUM, ROOT, SAMPLE
from infra.sandbox.pictures.notes import by_hand
from infra.sandbox.standins.youtube import LECTURE_ID

SOURCE = Source(SAMPLE, "Gravity, light and the first computers", LECTURE_ID, "Lectern's sample")
PICTURE = ROOT / "docs" / "study-page.png"
SIZE, SCALE = ViewportSize(width=1280, height=860), 1.25


def main() -> None:
    """Exit code 0 when the picture is written, 1 when the demo fails, 2 where there is no Chromium."""
    console = Console(soft_wrap=True)
    if CHROMIUM is None:
        console.print("dev screenshots: there is no Chromium here: install it with your system's packages", style="red")
        sys.exit(2)
    if code := asyncio.run(demo(console, LECTURE_ID, SAMPLE)):
        sys.exit(code)
    page = OUT / LECTURE_ID / "by-hand.html"
    said = Transcript.model_validate_json((OUT / LECTURE_ID / "transcript.json").read_bytes())
    page.write_text(study_page(by_hand(said), said, SOURCE), encoding="utf-8")
    asyncio.run(take(page))
    console.print(f"wrote {PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1000} kB")


async def take(study: Path) -> None:
    """The page as a student has it on a laptop: a card turned to its answer, the words that prove it beside it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(AS_ROOT))
        page = await browser.new_page(viewport=SIZE, device_scale_factor=SCALE)
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        await page.goto(study.absolute().as_uri() + "#cards")
        await page.get_by_role("button", name="Show the answer").click()
        await page.evaluate("document.activeElement.blur(), scrollTo(0, 0)")
        await page.screenshot(path=PICTURE)
        await browser.close()


if __name__ == "__main__":
    main()
