"""The quiz on the page, in a real browser."""

import pytest
from playwright.async_api import Page, expect

from tests.support.consumer.study_page import come_back, needs_chromium

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="module")]


async def test_an_answer_is_judged_and_every_option_explained(page: Page) -> None:
    await page.keyboard.press("q")
    await expect(page.get_by_role("heading", name="How far is the sun?")).to_be_visible()
    await page.get_by_role("button", name="nine light minutes").click()
    await expect(page.get_by_text("Not quite.", exact=True)).to_be_visible()
    await expect(page.locator(".after .explanation")).to_have_text("Its light takes eight minutes.")
    await expect(page.locator(".choice.wrong")).to_contain_text("One too many.")
    await expect(page.locator(".choice.right")).to_contain_text("right answer")
    await expect(page.locator(".choice.other").first).to_contain_text("Sixty minutes.")
    await expect(page.get_by_role("button", name="Next")).to_be_focused()


async def test_a_run_ends_with_its_result_and_what_was_wrong_can_be_asked_alone(page: Page) -> None:
    await page.keyboard.press("q")
    await page.keyboard.press("1")
    await page.keyboard.press("Space")
    await page.keyboard.press("a")
    await page.get_by_role("button", name="See the result").press("Enter")
    await expect(page.get_by_role("heading", name="1 of 2 right")).to_be_focused()
    await expect(page.locator(".done li")).to_have_text(["How far is the sun?"])
    await page.get_by_role("button", name="Only what I got wrong (1)").click()
    await expect(page.get_by_role("heading", name="How far is the sun?")).to_be_focused()
    await page.keyboard.press("b")
    await page.get_by_role("button", name="See the result").click()
    await expect(page.get_by_role("heading", name="1 of 1 right")).to_be_visible()
    await expect(page.get_by_role("button", name="Only what I got wrong")).to_have_count(0)


async def test_results_are_listed_also_after_a_reload(page: Page) -> None:
    await page.keyboard.press("q")
    for key in ("2", "Space", "1", "Space"):
        await page.keyboard.press(key)
    await come_back(page)
    await expect(page.locator(".history li")).to_contain_text(["2 of 2 right"])


async def test_an_answer_given_cannot_be_changed(page: Page) -> None:
    await page.keyboard.press("q")
    await page.keyboard.press("1")
    await page.get_by_role("button", name="eight light minutes").click(force=True)
    await expect(page.get_by_text("Not quite.", exact=True)).to_be_visible()


async def test_mixed_practice_asks_cards_and_questions_in_turn(page: Page) -> None:
    await page.get_by_role("link", name="Mixed practice").click()
    await expect(page.locator("[data-stage=mixed] .piece")).to_have_class("piece card")
    await page.keyboard.press("Space")
    await page.keyboard.press("3")
    await expect(page.locator("[data-stage=mixed] .piece")).to_have_class("piece question")
    await expect(page.locator("[data-stage=mixed]")).to_contain_text("2 of 5")


async def test_mixed_practice_under_way_goes_on_after_a_reload_and_a_rating_is_still_taken_back(page: Page) -> None:
    await page.keyboard.press("m")
    first = await page.locator("[data-stage=mixed] .front").inner_text()
    await page.keyboard.press("Space")
    await page.keyboard.press("3")
    await page.keyboard.press("1")
    await page.keyboard.press("Space")
    await expect(page.locator("[data-stage=mixed]")).to_contain_text("3 of 5")
    asked = await page.locator("[data-stage=mixed] .piece").inner_text()
    await come_back(page)
    await expect(page.locator("[data-stage=mixed]")).to_contain_text("3 of 5")
    assert await page.locator("[data-stage=mixed] .piece").inner_text() == asked
    await page.keyboard.press("u")
    await expect(page.locator("[data-stage=mixed]")).to_contain_text("1 of 5")
    assert await page.locator("[data-stage=mixed] .front").inner_text() == first
    await expect(page.locator("[data-undo]")).to_be_hidden()


async def test_a_quiz_under_way_goes_on_after_a_reload(page: Page) -> None:
    await page.keyboard.press("q")
    await page.keyboard.press("1")
    await page.keyboard.press("Space")
    await expect(page.locator("[data-stage=quiz]")).to_contain_text("2 of 2")
    await come_back(page)
    await expect(page.locator("[data-stage=quiz]")).to_contain_text("2 of 2")
    await page.keyboard.press("1")
    await page.keyboard.press("Space")
    await expect(page.get_by_role("heading", name="1 of 2 right")).to_be_focused()
    await come_back(page)
    await expect(page.locator("[data-stage=quiz]")).to_contain_text("1 of 2")


async def test_a_question_opened_from_the_search_is_no_run_and_the_quiz_under_way_goes_on_after_it(page: Page) -> None:
    await page.keyboard.press("q")
    await page.keyboard.press("2")
    await page.keyboard.press("Space")
    await page.keyboard.press("/")
    await page.keyboard.type("how far is the sun")
    await page.keyboard.press("Enter")
    await page.locator(".hits a[href^='#item-']").click()
    await expect(page.get_by_role("heading", name="How far is the sun?")).to_be_focused()
    await page.keyboard.press("1")
    await page.keyboard.press("Space")
    await expect(page.locator(".history")).to_have_count(0)
    await page.get_by_role("button", name="Go on with the quiz (2 of 2)").press("Enter")
    await expect(page.get_by_role("heading", name="What is a light year?")).to_be_focused()
    await page.keyboard.press("1")
    await page.keyboard.press("Space")
    await expect(page.locator(".history li")).to_contain_text(["2 of 2 right"])


async def test_a_rating_taken_back_during_the_quiz_shows_its_card(page: Page) -> None:
    await page.keyboard.press("c")
    await page.keyboard.press("Space")
    await page.keyboard.press("4")
    await page.keyboard.press("q")
    await page.keyboard.press("u")
    await expect(page.locator("#cards .piece .front")).to_be_visible()
    await expect(page.locator("#cards .piece .front")).to_contain_text("The sun is […] light minutes away.")
