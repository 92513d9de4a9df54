"""The page at / in a real browser, as a person has it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from infra.sandbox.paths import AS_ROOT, CHROMIUM
from tests.support.transcriber.fake_service import Served

PATIENCE_MS = 20_000
WIDE, PHONE = (1280, 900), (360, 740)
MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
REFUSED = "Failed to load resource"  # what Chromium says of an answer, or a cut, that the test wants
DROP = """([names, bytes]) => {
    const data = new DataTransfer();
    for (const name of names) data.items.add(new File([new Uint8Array(bytes)], name, { type: "audio/mpeg" }));
    return data;
}"""


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """The browser itself, which takes a second to start; a machine with much to do may take long for all it does."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*AS_ROOT, *MICROPHONE])
        yield browser
        await browser.close()


@asynccontextmanager
async def opened(browser: Browser, address: str, size: tuple[int, int] = WIDE, **context: Any) -> AsyncGenerator[Page]:
    """The page, on which no script may fail, nothing is complained of, and no other host is asked."""
    page = await browser.new_page(viewport={"width": size[0], "height": size[1]}, **context)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type in ("error", "warning") else None)
    page.on("filechooser", lambda _: None)  # the browser learns now that it shall tell, not while a test clicks
    ours = (address, "blob:", "data:")
    page.on("request", lambda asked: None if asked.url.startswith(ours) else problems.append(asked.url))
    await page.goto(address)
    yield page
    await page.close()
    assert [problem for problem in problems if not problem.startswith(REFUSED)] == []


def at(server: Served) -> str:
    """Where the page is."""
    return str(server.client.base_url)


async def drop(page: Page, names: Sequence[str], content: bytes) -> None:
    """Files with the same content are dropped anywhere on the page."""
    dropped = await page.evaluate_handle(DROP, [list(names), list(content)])
    await page.dispatch_event("body", "drop", {"dataTransfer": dropped})


async def choose(page: Page, *files: Path) -> None:
    """Files are chosen by the button."""
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Choose files").click()
    await (await chooser.value).set_files(list(files))


def row(page: Page, name: str) -> Locator:
    """The row of one file."""
    return page.get_by_role("article", name=name)


async def saved(page: Page, of: Locator, ending: str) -> bytes:
    """The file behind one of its buttons."""
    async with page.expect_download() as download:
        await of.get_by_role("button", name=ending, exact=True).click()
    return Path(await (await download.value).path()).read_bytes()
