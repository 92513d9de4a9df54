"""The course's page, in a real browser."""

import json
import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from consumer.export.course import Lecture, course_page, read_lecture
from consumer.models import Source
from tests.support.consumer.study_page import MATERIAL, PHONE, SAID, needs_chromium, opened, page_of, violations
from tests.support.consumer.study_samples import TALK

ATTACK = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>"
OTHER = Source(path=Path("x"), title="Second lecture", youtube_id="bbbbbbbbbbb")
LECTURES = (Lecture("study.html", TALK, SAID, MATERIAL), Lecture("two/study.html", OTHER, SAID, MATERIAL))


def test_markup_in_a_course_stays_text() -> None:
    card = MATERIAL.cards[0].model_copy(update={"front": ATTACK})
    bad = Lecture("x", Source(Path("x"), ATTACK, None), SAID, MATERIAL.model_copy(update={"cards": (card,)}))
    html = course_page(ATTACK, [bad])
    assert html.count("<script") == course_page("fine", LECTURES).count("<script")
    assert "<img" not in html


def test_a_course_without_lectures_says_so() -> None:
    assert "There are no lectures here yet." in course_page("Empty", [])


def test_files_that_are_no_lecture_are_refused() -> None:
    with pytest.raises(ValueError, match="is not what Lectern makes of a lecture"):
        read_lecture("here", lambda _: json.dumps({"video": 1}).encode())


@pytest_asyncio.fixture(loop_scope="module")
async def course(profile: BrowserContext, tmp_path: Path) -> AsyncGenerator[Page]:
    """The course's page, after a card of the first lecture was rated a month ago."""
    (tmp_path / "course.html").write_text(course_page("All of it", LECTURES))
    async with opened(profile, tmp_path, page_of()) as page:
        await page.evaluate("progress => localStorage.setItem('lectern:dQw4w9WgXcQ', progress)", _rated())
        await page.goto(page.url.replace("study.html", "course.html"))
        yield page


def _rated() -> str:
    card = {"state": "review", "stability": 3, "difficulty": 5, "last": 1, "due": 2}
    return json.dumps({"version": 1, "lecture": "dQw4w9WgXcQ", "cards": {"c1": card, "gone": card}, "items": {}})


@needs_chromium
@pytest.mark.asyncio(loop_scope="module")
async def test_due_cards_are_counted_in_each_lecture_and_over_all(course: Page) -> None:
    await expect(course.get_by_text("1 cards due in all")).to_be_visible()
    await expect(course.locator("[data-lecture='0'] [data-due]")).to_have_text("Due 1")
    await expect(course.locator("[data-lecture='1'] [data-due]")).to_be_hidden()


@needs_chromium
@pytest.mark.asyncio(loop_scope="module")
async def test_one_search_finds_in_all_lectures_and_leads_into_them(course: Page) -> None:
    await course.keyboard.press("/")
    await course.keyboard.type("krafte")
    await expect(course.locator("#search h3")).to_have_text(["Gravity & light (1)", "Second lecture (1)"])
    await course.locator(".hits a").first.click()
    await expect(course).to_have_url(re.compile(r"study\.html#s3$"))
    await expect(course.locator("#s3")).to_have_class(re.compile("marked"))


@needs_chromium
@pytest.mark.asyncio(loop_scope="module")
async def test_the_glossary_is_one_and_axe_finds_nothing_on_desktop_and_phone(course: Page) -> None:
    await expect(course.locator(".terms dt")).to_have_text(["light year", "light year"])
    for width in (1440, PHONE["width"]):
        await course.set_viewport_size({"width": width, "height": 800})
        assert await course.evaluate("document.documentElement.scrollWidth") <= width
        assert await violations(course) == {}
