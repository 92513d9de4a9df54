"""The page at /: a transcript that plays, is searched, copied and saved."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from infra.sandbox.paths import CHROMIUM
from tests.support.transcriber.clients.browser import at, choose, drop, opened, row, saved
from tests.support.transcriber.fake_service import served
from tests.support.transcriber.fakes import heard

HOSTILE = "if a < b && b --> c: <script>alert(1)</script>"
pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


async def test_a_word_that_is_clicked_is_played_and_lights_up(browser: Browser, server: str, lecture: Path) -> None:
    async with opened(browser, server) as page:
        await choose(page, lecture)
        of = row(page, lecture.name)
        await expect(of).to_contain_text("English, ", timeout=60_000)
        await expect(of.get_by_role("listitem").first).to_contain_text("Today")
        word = of.locator("li:nth-child(3) span:nth-child(4)")
        await word.click()
        audio = of.locator("audio")
        assert await audio.evaluate("each => each.currentTime") == pytest.approx(
            float(str(await word.get_attribute("data-at"))), abs=2
        )
        await expect(of.locator("li:nth-child(3)")).to_have_class("now")
        await audio.evaluate("each => each.pause()")
        await of.get_by_role("button", name="Play from 0:00").first.focus()
        await page.keyboard.press("Enter")
        await expect(of.locator("li:first-child span.now")).to_have_text("Today,")


async def test_it_is_searched(browser: Browser, server: str, lecture: Path) -> None:
    async with opened(browser, server) as page:
        await choose(page, lecture)
        of = row(page, lecture.name)
        await expect(of).to_contain_text("English, ", timeout=60_000)
        whole = await of.get_by_role("listitem").count()
        await of.get_by_role("searchbox", name="Search").fill("today, this")
        await expect(of.locator(".search output")).to_have_text("1 hit")
        await expect(of.get_by_role("listitem")).to_have_count(1)
        assert await page.evaluate("[...CSS.highlights.get('found')].map(String)") == ["Today, this"]
        await of.get_by_role("searchbox", name="Search").fill("")
        await expect(of.get_by_role("listitem")).to_have_count(whole)


async def test_it_is_saved_as_the_server_writes_it_with_the_lines_that_are_wanted(
    browser: Browser, lecture_start: bytes
) -> None:
    async with served() as server, opened(browser, at(server)) as page:
        server.backend.hear = lambda _mark, _temperature: heard(HOSTILE)
        await drop(page, ["a.b.mp3"], lecture_start)
        of = row(page, "a.b.mp3")
        await expect(of.get_by_role("listitem").first).to_contain_text(HOSTILE)
        await expect(of.get_by_role("button", name="srt")).to_be_visible()
        for ending, form in (("txt", "text"), ("srt", "srt"), ("vtt", "vtt"), ("tsv", "tsv")):
            assert await saved(page, of, ending) == (await server.post(lecture_start, format=form)).content
        await page.get_by_text("Options").click()
        await page.get_by_label("Characters a line").fill("12")
        await page.get_by_label("Lines a cue").fill("1")
        wanted = {"format": "srt", "max_line_width": "12", "max_line_count": "1"}
        assert await saved(page, of, "srt") == (await server.post(lecture_start, **wanted)).content
        async with page.expect_download() as download:
            await of.get_by_role("button", name="json").click()
        assert (await download.value).suggested_filename == "a.b.json"


async def test_it_is_copied(browser: Browser, lecture_start: bytes) -> None:
    async with (
        served() as server,
        opened(browser, at(server), permissions=["clipboard-read", "clipboard-write"]) as page,
    ):
        await drop(page, ["a.mp3"], lecture_start)
        await row(page, "a.mp3").get_by_role("button", name="Copy").click()
        await expect(row(page, "a.mp3").get_by_role("button", name="Copied")).to_be_visible()
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert copied + "\n" == (await server.post(lecture_start, format="text")).text


async def test_a_result_that_the_server_forgot_can_be_made_again(browser: Browser, lecture_start: bytes) -> None:
    async with served() as server, opened(browser, at(server)) as page:
        await drop(page, ["a.mp3"], lecture_start)
        of = row(page, "a.mp3")
        await expect(of.get_by_role("button", name="srt")).to_be_visible()
        for job in list(server.service.jobs.known()):
            server.service.jobs.forget(job)
        await of.get_by_role("button", name="srt").click()
        await expect(of.get_by_role("alert")).to_contain_text("send the file again")
        await of.get_by_role("button", name="Try again: a.mp3").click()
        await expect(of.get_by_role("button", name="srt")).to_be_visible()
        assert await saved(page, of, "srt") == (await server.post(lecture_start, format="srt")).content
