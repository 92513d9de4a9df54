"""The small page at /, in a real browser: against the real service, and where that matters against a fake model."""

import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from infra.sandbox.paths import AS_ROOT, CHROMIUM
from tests.support.transcriber.fake_service import Served, served
from tests.support.transcriber.fakes import heard

HOSTILE = "if a < b && b --> c: <script>alert(1)</script>"
pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@asynccontextmanager
async def opened(address: str) -> AsyncGenerator[Page]:
    """The page, on which no script may fail."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(AS_ROOT))
        page = await browser.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto(address)
        yield page
        await browser.close()
        assert problems == []


def at(server: Served) -> str:
    return str(server.client.base_url)


async def saved(page: Page, kind: str) -> bytes:
    """The file behind a download link."""
    async with page.expect_download() as download:
        await page.get_by_text(kind, exact=True).click()
    return Path(await (await download.value).path()).read_bytes()


async def test_a_chosen_file_becomes_segments_with_times_and_downloads(server: str, lecture: Path) -> None:
    async with opened(server) as page:
        await page.set_input_files("#file", lecture)
        await expect(page.locator("#state")).to_contain_text("Done", timeout=30_000)
        await expect(page.locator("#segments li").first).to_contain_text("Today")
        await expect(page.locator("#segments time").first).to_have_text("00:00")
        assert (await saved(page, "srt")).startswith(b"1\n00:00:00,")
        await page.set_input_files("#file", lecture.with_suffix(".txt"))
        await expect(page.locator("#error")).to_contain_text("not an audio or video file")
        await expect(page.locator("#segments li")).to_have_count(0)


async def test_segments_appear_while_the_model_works_on(lecture: Path) -> None:
    go_on = threading.Event()
    async with served(batch_size=1, model_workers=1) as server, opened(at(server)) as page:
        warm = len(server.backend.calls)

        def wait_in_the_second_batch(_: Sequence[int]) -> None:
            if len(server.backend.calls) > warm:
                go_on.wait(20)

        server.backend.trouble = wait_in_the_second_batch
        await page.set_input_files("#file", lecture)
        await expect(page.locator("#segments li").first).to_contain_text("Window")
        await expect(page.locator("#state")).to_have_text("Language: en")
        await expect(page.get_by_role("progressbar", name="How much is transcribed")).to_be_visible()
        go_on.set()
        await expect(page.locator("#state")).to_contain_text("Done")


async def test_a_dropped_file_is_saved_as_the_server_would_write_it(lecture_start: bytes) -> None:
    async with served() as server, opened(at(server)) as page:
        server.backend.hear = lambda _mark, _temperature: heard(HOSTILE)
        dropped = await page.evaluate_handle(
            """(bytes) => {
                const data = new DataTransfer();
                data.items.add(new File([new Uint8Array(bytes)], "a.b.mp3"));
                return data;
            }""",
            list(lecture_start),
        )
        await page.dispatch_event("#drop", "drop", {"dataTransfer": dropped})
        await expect(page.locator("#segments li").first).to_contain_text(HOSTILE)
        for kind, form in (("txt", "text"), ("srt", "srt"), ("vtt", "vtt")):
            assert await saved(page, kind) == (await server.post(lecture_start, format=form)).content


async def test_a_key_that_is_asked_for_can_be_given_with_enter(lecture: Path) -> None:
    async with served(api_key="sesame") as server, opened(at(server)) as page:
        await expect(page.get_by_label("API key")).to_be_hidden()
        await page.set_input_files("#file", lecture)
        await expect(page.locator("#error")).to_contain_text("wants an API key")
        await expect(page.get_by_label("API key")).to_be_focused()
        for key, shows in (("wrong", "This API key is wrong."), ("sesame", "Done")):
            await page.get_by_label("API key").fill(key)
            await page.keyboard.press("Enter")
            await expect(page.locator("body")).to_contain_text(shows)
        await expect(page.locator("#error")).to_be_hidden()


async def test_after_a_refusal_the_same_file_can_be_sent_again(lecture: Path) -> None:
    async with served() as server, opened(at(server)) as page:
        for again in (
            page.get_by_role("button", name="Try again").click,
            lambda: page.set_input_files("#file", lecture),
        ):
            server.service.stopping = True
            await page.set_input_files("#file", lecture)
            await expect(page.locator("#why")).to_contain_text("shutting down: send the file again (in about")
            server.service.stopping = False
            await again()
            await expect(page.locator("#state")).to_contain_text("Done")
