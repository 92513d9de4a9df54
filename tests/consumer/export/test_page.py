"""The study page: its text, and in a real browser where there is one."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from consumer.export.page import study_page
from consumer.material import Card, Proof, QuizItem, StudyMaterial
from consumer.models import Source, Transcript
from infra.sandbox.paths import AS_ROOT, CHROMIUM
from tests.support.consumer.study_samples import FILE, TALK, transcript

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
SAID = transcript("The sun is eight minutes away.", "The engineer designed the first machine.")


def _proof(number: int) -> Proof:
    return Proof(segment_ids=(number,), start_s=SAID.segments[number].start, quote=SAID.segments[number].text)


MATERIAL = StudyMaterial(
    provider="extractive",
    model="cloze-1",
    cards=(
        Card(id="c1", front="The sun is _____ minutes away.", back="eight", proof=_proof(0)),
        Card(id="c2", front="Who designed the first machine?", back="The engineer", proof=_proof(1)),
    ),
    quiz=(
        QuizItem(
            id="q1",
            stem="How far is the sun?",
            options=("nine minutes", "eight minutes", "an hour", "a day"),
            key=1,
            explanation="Its light takes eight minutes.",
            proof=_proof(0),
        ),
    ),
    warnings=("Made without a key.",),
)
ATTACK = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"


def _page(material: StudyMaterial = MATERIAL, said: Transcript = SAID, source: Source = TALK) -> str:
    return study_page(material, said, source)


@pytest.fixture
async def browser_page(tmp_path: Path) -> AsyncGenerator[Page]:
    """The page of the material above, opened from a file; an error in its console fails the test."""
    (tmp_path / "study.html").write_text(_page(), encoding="utf-8")
    troubles: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(AS_ROOT))
        page = await browser.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text))
        page.on("request", lambda sent: troubles.extend([sent.url] * (not sent.url.startswith("file:"))))
        await page.goto((tmp_path / "study.html").as_uri())
        yield page
        await browser.close()
    assert troubles == []


def test_the_page_needs_nothing_from_anywhere_else() -> None:
    assert not re.search(r"<(?:link|img|iframe)\b|\bsrc=|@import|url\(", _page())
    assert "default-src &#39;none&#39;" in _page()


def test_times_link_into_the_video() -> None:
    assert 'href="https://www.youtube.com/watch?v=dQw4w9WgXcQ&amp;t=2s"' in _page()


def test_a_file_has_times_without_links() -> None:
    assert "youtube.com" not in _page(source=FILE)
    assert "0:02" in _page(source=FILE)


def test_who_wrote_it_and_what_to_know_are_told() -> None:
    assert "Made from the lecture&#39;s own sentences" in _page()
    assert "Made without a key." in _page()
    assert "Written by Claude (claude-sonnet-5-5)" in _page(
        MATERIAL.model_copy(update={"provider": "anthropic", "model": "claude-sonnet-5-5"})
    )


def test_markup_in_titles_notes_and_speech_stays_text() -> None:
    card = MATERIAL.cards[0].model_copy(update={"front": ATTACK, "back": ATTACK})
    item = MATERIAL.quiz[0].model_copy(update={"stem": ATTACK, "explanation": ATTACK})
    html = _page(
        MATERIAL.model_copy(update={"cards": (card,), "quiz": (item,), "warnings": (ATTACK,)}),
        transcript(ATTACK, ATTACK),
        Source(path=Path("x"), title=ATTACK, channel=ATTACK),
    )
    assert html.count("<script>") == 1
    assert "<img" not in html


def test_a_lecture_without_speech_has_a_page_that_says_so() -> None:
    html = _page(MATERIAL.model_copy(update={"cards": (), "quiz": ()}), transcript())
    assert "No speech was understood in this video." in html
    assert "There are no cards for this video." in html


@needs_chromium
async def test_cards_turn_and_change_by_keyboard(browser_page: Page) -> None:
    await expect(browser_page.get_by_text("1 of 2")).to_be_visible()
    await browser_page.locator(".deck").focus()
    await browser_page.keyboard.press("Space")
    await expect(browser_page.get_by_role("button", name="Show the question")).to_be_visible()
    await browser_page.keyboard.press("ArrowRight")
    await expect(browser_page.get_by_text("2 of 2")).to_be_visible()
    await expect(browser_page.get_by_text("Who designed the first machine?")).to_be_visible()
    await expect(browser_page.get_by_role("button", name="Show the answer")).to_be_visible()


@needs_chromium
async def test_a_card_turns_by_mouse(browser_page: Page) -> None:
    await browser_page.get_by_role("button", name="Show the answer").click()
    await expect(browser_page.locator("[data-card]").first).to_have_class(re.compile("turned"))


@needs_chromium
async def test_the_quiz_says_what_was_wrong_explains_and_starts_again(browser_page: Page) -> None:
    explanation = browser_page.get_by_text("Its light takes eight minutes.")
    await expect(explanation).to_be_hidden()
    await browser_page.get_by_label("nine minutes").check()
    await browser_page.get_by_role("button", name="Check").click()
    await expect(browser_page.get_by_text("Not quite.")).to_be_visible()
    await expect(explanation).to_be_visible()
    await expect(browser_page.get_by_text("0 of 1 right")).to_be_visible()
    await browser_page.get_by_role("button", name="Start again").click()
    await expect(explanation).to_be_hidden()
    await browser_page.get_by_label("eight minutes").check()
    await browser_page.get_by_role("button", name="Check").click()
    await expect(browser_page.get_by_text("1 of 1 right")).to_be_visible()
