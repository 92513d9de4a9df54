"""One browser for all tests of a file, a clean profile for each."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from tests.support.consumer.study_page import DESKTOP, chromium, opened, page_of


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncGenerator[Browser]:
    """Real Chromium."""
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def profile(browser: Browser) -> AsyncGenerator[BrowserContext]:
    """A browser that knows nothing yet; animations are off."""
    context = await browser.new_context(viewport=DESKTOP, reduced_motion="reduce", locale="en-GB")
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(profile: BrowserContext, tmp_path: Path) -> AsyncGenerator[Page]:
    """The sample's page, opened from a file; an error in its console fails the test."""
    async with opened(profile, tmp_path, page_of(), sound=True) as page:
        yield page
