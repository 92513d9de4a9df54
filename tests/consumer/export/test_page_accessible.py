"""Nobody is kept out: axe-core finds nothing to complain of in any view, light or dark, on desktop and phone."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.support.consumer.study_page import (
    DESKTOP,
    PHONE,
    SAID,
    VIEWS,
    needs_chromium,
    opened,
    page_of,
    view,
    violations,
)

pytestmark = [pytest.mark.slow, needs_chromium, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_axe_finds_nothing(
    profile: BrowserContext, tmp_path: Path, scheme: Literal["light", "dark"], size: dict[str, int]
) -> None:
    async with opened(profile, tmp_path, page_of()) as page:
        await page.set_viewport_size({"width": size["width"], "height": size["height"]})
        await page.emulate_media(color_scheme=scheme)
        for name in VIEWS:
            await view(page, name)
            assert await violations(page) == {}, name


async def test_a_page_from_right_to_left_is_mirrored_and_as_clean(profile: BrowserContext, tmp_path: Path) -> None:
    async with opened(profile, tmp_path, page_of(said=SAID.model_copy(update={"language": "ar"}))) as page:
        left = await page.locator(".bar nav").evaluate("nav => nav.getBoundingClientRect().left")
        assert left > DESKTOP["width"] / 2
        assert await violations(page) == {}


async def test_tab_reaches_the_skip_link_first_and_every_view_lands_on_its_heading(page: Page) -> None:
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    for key, title in (("q", "Quiz"), ("g", "Glossary"), ("o", "Overview"), ("c", "Cards")):
        await page.keyboard.press(key)
        await expect(page.get_by_role("heading", name=title, exact=True)).to_be_focused()


async def test_the_help_dialog_opens_and_closes_by_keyboard(page: Page) -> None:
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    await expect(page.get_by_role("dialog").locator("dt").last).to_have_text("O C Q M G T")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()
