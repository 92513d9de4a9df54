"""The page at /: files come in, each has a row that says how it is, and can be cancelled, tried again, removed."""

import re
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route, expect

from infra.sandbox.paths import CHROMIUM
from infra.sandbox.waiting import wait_until
from tests.support.transcriber.clients.browser import at, choose, drop, opened, row
from tests.support.transcriber.fake_service import Served, served

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


def stop_in_the_second_batch(server: Served) -> threading.Event:
    """The model goes no further until the event is set."""
    go_on, warm = threading.Event(), len(server.backend.calls)

    def wait(_: Sequence[int]) -> None:
        if len(server.backend.calls) > warm:
            go_on.wait(20)

    server.backend.trouble = wait
    return go_on


async def test_of_three_dropped_files_one_is_cancelled_and_two_are_transcribed(
    browser: Browser, lecture_start: bytes
) -> None:
    async with served(model_workers=1) as server, opened(browser, at(server)) as page:
        server.backend.unblocked.clear()
        await drop(page, ["one.mp3", "two.mp3", "three.mp3"], lecture_start)
        await expect(page.get_by_role("article")).to_have_count(3)
        await page.get_by_role("button", name="Cancel: two.mp3").click()
        await expect(row(page, "two.mp3")).to_contain_text("Cancelled")
        await expect(page.locator("#said")).to_have_text("two.mp3: cancelled")
        server.backend.unblocked.set()
        for name in ("one.mp3", "three.mp3"):
            await expect(row(page, name)).to_contain_text("English, 1 segment, in 0:0")
        await page.get_by_role("button", name="Try again: two.mp3").click()
        await expect(row(page, "two.mp3").get_by_role("listitem")).to_have_count(1)
        await page.get_by_role("button", name="Remove: two.mp3").click()
        await expect(page.get_by_role("article")).to_have_count(2)


async def test_segments_arrive_while_the_bar_and_the_time_left_run(browser: Browser, lecture: Path) -> None:
    async with served(batch_size=1, model_workers=1) as server, opened(browser, at(server)) as page:
        go_on = stop_in_the_second_batch(server)

        async def takes_long(route: Route) -> None:
            answer = await route.fetch()
            await route.fulfill(response=answer, json={**await answer.json(), "eta_s": 100.0})

        await page.route("**/jobs/*", takes_long)
        await choose(page, lecture)
        of = row(page, lecture.name)
        await expect(of.get_by_role("listitem").first).to_contain_text("Window")
        await expect(of.locator(".state")).to_have_text(re.compile(r"^\d+ % transcribed, about 1:\d\d left, English$"))
        before = str(await of.locator(".state").text_content())
        await expect(of.get_by_role("progressbar", name=lecture.name)).to_be_visible()
        await expect(of.locator(".state")).not_to_have_text(before)
        go_on.set()
        await expect(of).to_contain_text("segments, in 0:")


async def test_a_file_behind_others_is_told_its_number(browser: Browser, lecture: Path, lecture_start: bytes) -> None:
    async with served(model_workers=1) as server, opened(browser, at(server)) as page:
        server.backend.unblocked.clear()
        await server.client.post("/jobs", files={"file": lecture.read_bytes()})
        await drop(page, ["a.mp3", "b.mp3", "c.mp3", "d.mp3", "e.mp3"], lecture_start)
        await expect(row(page, "a.mp3")).to_contain_text("Number 2 in the queue, about")
        await expect(row(page, "d.mp3")).to_contain_text("Next on this page")
        await expect(row(page, "e.mp3")).to_contain_text("Number 2 in the line on this page")
        server.backend.unblocked.set()
        await expect(row(page, "e.mp3")).to_contain_text("1 segment")


async def test_a_file_that_fails_says_why_and_the_others_go_on(browser: Browser, lecture: Path) -> None:
    async with served() as server, opened(browser, at(server)) as page:
        await choose(page, lecture.with_suffix(".txt"), lecture)
        await expect(row(page, lecture.with_suffix(".txt").name)).to_contain_text("not an audio or video file")
        await expect(row(page, lecture.name)).to_contain_text("English")


async def test_a_refusal_says_when_to_come_back_and_trying_again_helps(browser: Browser, lecture: Path) -> None:
    async with served() as server, opened(browser, at(server)) as page:
        server.service.stopping = True
        await choose(page, lecture)
        await expect(row(page, lecture.name)).to_contain_text("shutting down: send the file again (in about")
        server.service.stopping = False
        await page.get_by_role("button", name=f"Try again: {lecture.name}").click()
        await expect(row(page, lecture.name)).to_contain_text("English")
        await expect(row(page, lecture.name).get_by_role("alert")).to_be_hidden()


async def test_what_is_wanted_goes_along(browser: Browser, lecture: Path) -> None:
    async with served() as server, opened(browser, at(server)) as page:
        await page.get_by_text("Options").click()
        await page.get_by_label("Language").fill("German")
        await page.get_by_label("What it is about").fill("On stars.")
        await page.get_by_label("Words to listen for").fill("quasar")
        await page.get_by_label("A time for every word").uncheck()
        await expect(page.locator("#chosen")).to_have_text("· German · prompt · hotwords · no word times")
        await choose(page, lecture)
        await expect(row(page, lecture.name)).to_contain_text("German")
        prompt = server.backend.calls[-1].prompts[0]
        assert ("On stars." in prompt, "quasar" in prompt, "<de,transcribe>" in prompt) == (True, True, True)


async def test_a_key_is_asked_for_and_kept_in_the_tab_only(browser: Browser, lecture: Path) -> None:
    async with served(api_key="sesame") as server, opened(browser, at(server)) as page:
        await expect(page.get_by_label("API key")).to_be_hidden()
        await choose(page, lecture)
        await expect(row(page, lecture.name)).to_contain_text("An API key is wanted.")
        await expect(page.get_by_label("API key")).to_be_focused()
        for key, shows in (("wrong", "This API key is wrong."), ("sesame", "English")):
            await page.get_by_label("API key").fill(key)
            await page.keyboard.press("Enter")
            await expect(page.locator("main")).to_contain_text(shows)
        await page.reload()
        await choose(page, lecture)
        await expect(row(page, lecture.name)).to_contain_text("English")
        assert await page.evaluate("localStorage.length + document.cookie.length") == 0


async def test_a_connection_that_breaks_is_taken_up_again(browser: Browser, lecture: Path) -> None:
    async with served(batch_size=1, model_workers=1) as server, opened(browser, at(server)) as page:
        go_on = stop_in_the_second_batch(server)
        cuts = list[str]()

        async def cut(route: Route) -> None:
            cuts.append("cut")
            await (route.abort() if len(cuts) == 1 else route.continue_())

        await page.route("**/events", cut)
        await choose(page, lecture)
        go_on.set()
        await expect(row(page, lecture.name)).to_contain_text("segments, in 0:")
        assert len(cuts) == 2


async def test_whoever_leaves_the_page_leaves_no_work_behind(browser: Browser, lecture: Path) -> None:
    async with served(model_workers=1) as server:
        async with opened(browser, at(server)) as page:
            server.backend.unblocked.clear()
            await choose(page, lecture)
            await wait_until(server.backend.busy.is_set, what="the model works")
            page.on("dialog", lambda dialog: dialog.accept())  # it asks first
            await page.goto("about:blank")
        server.backend.unblocked.set()
        await server.until_idle()
        assert server.metric("cancelled_total") == 1


async def test_the_microphone_makes_a_file_like_any_other(browser: Browser) -> None:
    async with served() as server, opened(browser, at(server)) as page:
        await page.get_by_role("button", name="Record").click()
        await expect(page.get_by_role("button", name="Stop 0:01")).to_be_visible()
        await page.get_by_role("button", name="Stop").click()
        await expect(page.get_by_role("article")).to_contain_text("Recording")
        await expect(page.get_by_role("article")).to_contain_text("0:01, ")
