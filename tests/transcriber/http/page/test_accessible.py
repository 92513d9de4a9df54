"""Nobody is kept out of the page at /: axe-core finds nothing, light or dark, wide or narrow; keys are enough."""

import re
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from infra.sandbox.paths import CHROMIUM
from tests.support.transcriber.clients.browser import PHONE, WIDE, at, choose, opened, row
from tests.support.transcriber.fake_service import served

LONGEST = "a_recording_of_a_meeting_whose_name_knows_no_end_" * 3 + ".mp3"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


async def complaints(page: Page) -> list[tuple[str, str]]:
    """What axe-core finds, and where."""
    axe: Any = Axe()  # untyped
    found = await axe.run(page, options={"resultTypes": ["violations"]})
    return [(each["id"], node["html"][:80]) for each in found.response["violations"] for node in each["nodes"]]


@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", PHONE)])
async def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    browser: Browser, scheme: Literal["light", "dark"], size: tuple[int, int], lecture: Path, tmp_path: Path
) -> None:
    long = tmp_path / LONGEST
    long.write_bytes(lecture.read_bytes())
    async with served(api_key="sesame") as server, opened(browser, at(server), size, color_scheme=scheme) as page:
        assert await complaints(page) == []
        await choose(page, lecture.with_suffix(".txt"))
        await page.get_by_label("API key").fill("sesame")
        await page.keyboard.press("Enter")
        await choose(page, lecture, long)
        await expect(row(page, LONGEST)).to_contain_text("English")
        await expect(row(page, lecture.name)).to_contain_text("English")
        await page.get_by_text("Options").click()
        await page.locator("span.dot").evaluate("() => document.querySelector('.segments li').classList.add('now')")
        assert await complaints(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]


async def test_the_keyboard_is_enough(browser: Browser, lecture: Path) -> None:
    async with served() as server, opened(browser, at(server)) as page:
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Choose files")).to_be_focused()
        async with page.expect_file_chooser() as chooser:
            await page.keyboard.press("Enter")
        await (await chooser.value).set_files(lecture)
        await expect(page.locator("#said")).to_have_text(f"{lecture.name}: done")
        seen = set[str]()
        for _ in range(60):
            await page.keyboard.press("Tab")
            focused = await page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent")
            seen.add(re.sub(r"\s+", " ", str(focused)).strip())
        assert {"srt", "Copy", f"Remove: {lecture.name}", "Play from 0:00"} <= seen


async def test_every_part_comes_from_this_server_and_may_ask_no_other() -> None:
    async with served() as server:
        for path in ("/", "/page/main.js", "/page/base.css"):
            answer = await server.client.get(path)
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert (await server.client.head(path)).status_code == 200
        page = (await server.client.get("/")).text
        assert '<option value="Haitian Creole">' in page
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
