"""Cards on the page, in a real browser: turned, rated, scheduled, kept."""

import json
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.support.consumer.study_page import MATERIAL, come_back, needs_chromium, opened, page_of

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="module")]


async def _cards(page: Page) -> None:
    await page.get_by_role("link", name="Cards", exact=False).first.click()
    await expect(page.locator(".piece.card")).to_be_visible()


async def _kept(page: Page) -> dict[str, dict[str, float]]:
    text = await page.evaluate("localStorage.getItem('lectern:dQw4w9WgXcQ')")
    return json.loads(text or '{"cards": {}}')["cards"]


async def test_a_card_is_turned_rated_and_followed_by_the_next_by_keyboard_alone(page: Page) -> None:
    await page.keyboard.press("c")
    await expect(page.locator(".piece .front")).to_contain_text("The sun is […] light minutes away.")
    await page.keyboard.press("Space")
    await expect(page.locator(".piece .front")).to_contain_text("The sun is eight light minutes away.")
    await expect(page.get_by_role("button", name="Good")).to_be_focused()
    await expect(page.locator(".piece .quote")).to_contain_text("The sun is eight light minutes away.")
    await page.keyboard.press("4")
    await expect(page.locator(".piece .front")).to_contain_text("Who designed the first machine?")
    await expect(page.get_by_role("button", name="Show the answer")).to_be_focused()
    kept = await _kept(page)
    assert round(kept["c1"]["stability"], 4) == 8.2956


async def test_how_long_each_rating_puts_a_card_off_is_said_before(page: Page) -> None:
    await _cards(page)
    await page.get_by_role("button", name="Show the answer").click()
    assert await page.locator(".rate small").all_text_contents() == ["1 min", "6 min", "10 min", "8 d"]


async def test_a_rating_can_be_taken_back(page: Page) -> None:
    await _cards(page)
    await page.keyboard.press("Space")
    await page.keyboard.press("4")
    await page.keyboard.press("u")
    await expect(page.locator(".piece .front")).to_contain_text("The sun is […] light minutes away.")
    assert await _kept(page) == {}


async def test_progress_is_there_after_a_reload_and_counted(page: Page) -> None:
    await _cards(page)
    for _ in range(2):
        await page.keyboard.press("Space")
        await page.keyboard.press("4")
    await come_back(page)
    await expect(page.locator(".piece .front")).to_contain_text("What is a light year")
    await expect(page.locator("[data-counts]")).to_have_text("Due 0New 1Learned 2")
    await expect(page.locator("[data-due]")).to_have_text("1")


async def test_when_nothing_is_left_the_page_says_when_the_next_card_comes(page: Page) -> None:
    await _cards(page)
    for _ in range(3):
        await page.keyboard.press("Space")
        await page.keyboard.press("4")
    await expect(page.get_by_role("heading", name="Done for today")).to_be_focused()
    await expect(page.get_by_text("The next card is due in 8 d.")).to_be_visible()
    await page.get_by_role("button", name="Study ahead").click()
    await expect(page.locator(".piece .front")).to_contain_text("The sun is")


async def test_a_card_that_comes_again_today_is_asked_in_the_same_sitting(page: Page) -> None:
    await _cards(page)
    for rating in "144":
        await page.keyboard.press("Space")
        await page.keyboard.press(rating)
    await expect(page.locator(".piece .front")).to_contain_text("The sun is […]")


async def test_a_formula_and_a_corrected_word_are_shown(page: Page) -> None:
    await page.goto(page.url + "#card-c3")
    await expect(page.locator(".piece math mfrac")).to_be_visible()
    await page.keyboard.press("Space")
    await expect(page.locator(".piece .corrected")).to_have_text("light year: The transcript says “lite year”.")


async def test_progress_goes_out_as_a_file_and_into_another_browser(
    page: Page, profile: BrowserContext, tmp_path: Path
) -> None:
    await _cards(page)
    await page.keyboard.press("Space")
    await page.keyboard.press("3")
    await page.keyboard.press("o")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Save as a file").click()
    file = tmp_path / "progress.json"
    await (await download.value).save_as(file)
    await page.evaluate("localStorage.clear()")
    await come_back(page)
    await page.set_input_files("[data-load-file]", file)
    await expect(page.locator("[data-kept]")).to_have_text("Loaded: 1 notes.")
    assert set(await _kept(page)) == {"c1"}


async def test_a_rating_that_a_loaded_file_has_overtaken_is_not_taken_back(page: Page, tmp_path: Path) -> None:
    await _cards(page)
    await page.keyboard.press("Space")
    await page.keyboard.press("3")
    await expect(page.locator("[data-undo]")).to_be_visible()
    story = await page.evaluate("JSON.parse(localStorage.getItem(`lectern:${document.body.dataset.lecture}`))")
    story["cards"]["c1"]["last"] += 1
    later = tmp_path / "progress.json"
    later.write_text(json.dumps(story))
    await page.set_input_files("[data-load-file]", later)
    await expect(page.locator("[data-kept]")).to_have_text("Loaded: 1 notes.")
    await expect(page.locator("[data-undo]")).to_be_hidden()
    await page.keyboard.press("u")
    assert (await _kept(page))["c1"]["last"] == story["cards"]["c1"]["last"]


@pytest.mark.parametrize(
    "content",
    [
        "no JSON",
        "[]",
        '{"version": 1, "lecture": "another", "cards": {}, "items": {}}',
        '{"version": 1, "lecture": "dQw4w9WgXcQ", "cards": {"c1": {"last": 1, "due": "<b>"}}, "items": {}}',
        '{"version": 1, "lecture": "dQw4w9WgXcQ", "cards": null, "items": {}}',
    ],
)
async def test_a_file_that_is_no_progress_of_this_lecture_changes_nothing(
    page: Page, tmp_path: Path, content: str
) -> None:
    (tmp_path / "bad.json").write_text(content)
    await page.set_input_files("[data-load-file]", tmp_path / "bad.json")
    await expect(page.locator("[data-kept]")).to_have_text("That file has no progress of this page.")
    assert await _kept(page) == {}


async def test_all_cards_are_drawn_as_the_list_is_scrolled(profile: BrowserContext, tmp_path: Path) -> None:
    many = tuple(MATERIAL.cards[1].model_copy(update={"id": f"m{number}"}) for number in range(300))
    async with opened(profile, tmp_path, page_of(MATERIAL.model_copy(update={"cards": many}))) as page:
        await page.keyboard.press("c")
        await page.locator("[data-all] summary").click()
        await expect(page.locator("[data-list] li a").nth(20)).to_be_attached()
        assert await page.locator("[data-list] a").count() < 100
        for _ in range(12):
            await page.mouse.wheel(0, 20_000)
            await page.wait_for_function("() => new Promise(requestAnimationFrame)")
        await expect(page.locator("[data-list] a")).to_have_count(300)


async def test_a_browser_that_keeps_nothing_says_so_and_goes_on(profile: BrowserContext, tmp_path: Path) -> None:
    await profile.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('full'); }")
    async with opened(profile, tmp_path, page_of()) as page:
        await expect(page.get_by_text("This browser keeps nothing for this page")).to_be_visible()
        await page.keyboard.press("c")
        await page.keyboard.press("Space")
        await page.keyboard.press("4")
        await expect(page.locator(".piece .front")).to_contain_text("Who designed the first machine?")
