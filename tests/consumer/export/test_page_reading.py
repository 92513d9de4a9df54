"""Reading and listening on the page, in a real browser: transcript, audio, search, timeline, print."""

import re
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.support.consumer.study_page import PHONE, SAID, first_card_s, needs_chromium, opened, page_of
from tests.support.consumer.study_samples import FILE, transcript_of

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="module")]
LONG_S = 5 * 3600
FIRST_CARD_S = 1.0


async def test_the_transcript_follows_the_audio_word_by_word(page: Page) -> None:
    await page.locator("#s1").click()
    await expect(page.locator("#s1")).to_have_class(re.compile("now"))
    await expect(page.locator("#s1 .word.spoken")).to_have_count(1)
    await page.keyboard.press("p")
    assert await page.evaluate("document.querySelector('audio').currentTime") >= SAID.segments[1].start
    await expect(page.locator("#s1")).to_have_text("The engineer designed the first machine.")


async def test_a_quote_is_played_to_its_end_and_no_further(page: Page) -> None:
    await page.goto(page.url + "#card-c2")
    await page.get_by_label("Speed").select_option("2")
    await page.keyboard.press("Space")
    await page.keyboard.press("r")
    end = SAID.segments[1].end
    await page.wait_for_function("() => !document.querySelector('audio').paused")
    await page.wait_for_function("() => document.querySelector('audio').paused")
    assert end <= await page.evaluate("document.querySelector('audio').currentTime") < end + 0.5


async def test_without_the_audio_the_page_says_so_and_takes_a_file(profile: BrowserContext, tmp_path: Path) -> None:
    html = page_of().replace("audio.mp3", "data:,")  # a browser reports a missing file in its console
    html = html.replace("media-src &#39;self&#39;", "media-src data: &#39;self&#39;")
    async with opened(profile, tmp_path, html) as page:
        await page.keyboard.press("p")
        await expect(page.get_by_role("button", name="Choose the audio file")).to_be_focused()
        await expect(page.locator("[data-absent] a")).to_have_text("Watch the video")


async def test_the_search_finds_cards_terms_and_what_was_said_without_accents(page: Page) -> None:
    await page.keyboard.press("/")
    await page.keyboard.type("LIGHT years")
    await expect(page.locator("#search h3")).to_have_text(["Glossary (1)", "Chapters (1)", "Questions (1)"][1:2])
    await page.get_by_role("searchbox").fill("krafte uber")
    await expect(page.locator(".hits a")).to_have_text([re.compile("Über Kräfte sprechen")])
    await page.keyboard.press("Enter")
    await expect(page.locator(".hits a")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#s3")).to_be_focused()
    await expect(page.locator("#s3")).to_have_class(re.compile("marked"))


async def test_what_is_not_found_is_said(page: Page) -> None:
    await page.get_by_role("searchbox").fill("<b>nothing</b>")
    await expect(page.get_by_text("Nothing was found for “<b>nothing</b>”.")).to_be_visible()


async def test_a_note_in_the_timeline_opens_and_a_place_plays(page: Page) -> None:
    await page.locator('[data-note="item-q2"]').click()
    await expect(page.get_by_role("heading", name="What is a light year?")).to_be_visible()
    await page.keyboard.press("o")
    await page.locator("[data-timeline]").click(position={"x": 300, "y": 10})
    at = await page.evaluate("document.querySelector('audio').currentTime")
    assert 0 < at < SAID.duration_s


async def test_on_a_phone_nothing_is_wider_than_the_screen(profile: BrowserContext, tmp_path: Path) -> None:
    async with opened(profile, tmp_path, page_of()) as page:
        await page.set_viewport_size(PHONE)
        for view in ("overview", "cards", "quiz", "glossary", "transcript", "mixed"):
            await page.goto(page.url.partition("#")[0] + f"#{view}")
            assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_sheets_are_printed_one_at_a_time(page: Page) -> None:
    await page.evaluate("window.print = () => {}")
    await page.get_by_role("button", name="Print cards to fold").click()
    await page.emulate_media(media="print")
    await expect(page.locator("[data-sheet=cards]")).to_be_visible()
    await expect(page.locator("[data-sheet=quiz]")).to_be_hidden()
    await expect(page.locator(".player")).to_be_hidden()


async def test_without_scripts_everything_can_be_read(profile: BrowserContext, tmp_path: Path) -> None:
    (tmp_path / "study.html").write_text(page_of(source=FILE))
    assert profile.browser is not None
    context = await profile.browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto((tmp_path / "study.html").as_uri())
    for text in ("Who designed the first machine?", "eight light minutes", "A light year is a distance."):
        await expect(page.get_by_text(text).first).to_be_visible()
    await expect(page.locator(".player")).to_be_hidden()
    await context.close()


async def test_five_hours_show_their_first_card_within_a_second(profile: BrowserContext, tmp_path: Path) -> None:
    segments = tuple(
        SAID.segments[number % 4].model_copy(update={"id": number, "start": number * 4.0, "end": number * 4.0 + 3.9})
        for number in range(LONG_S // 4)
    )
    said = transcript_of(segments)
    async with opened(profile, tmp_path, page_of(said=said)) as page:
        assert await first_card_s(profile, page) < FIRST_CARD_S
