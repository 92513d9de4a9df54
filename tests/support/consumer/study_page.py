"""A study page to look at: its material, and the page opened in a real browser."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright, expect

from consumer.export.page import study_page
from consumer.material import BLANK, Card, Correction, Outline, Proof, QuizItem, Section, StudyMaterial, Term
from consumer.models import Coverage, Source, Transcript, Word
from infra.sandbox.paths import AS_ROOT, CHROMIUM, LECTURE
from tests.support.consumer.study_samples import TALK, transcript

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
VIEWS = ("overview", "cards", "quiz", "mixed", "glossary", "transcript", "search")
DESKTOP, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=360, height=740)


def with_words(said: Transcript) -> Transcript:
    """Each word of a segment as long as the others."""
    segments = tuple(
        segment.model_copy(update={"words": tuple(_words(segment.text, segment.start, segment.end))})
        for segment in said.segments
    )
    return said.model_copy(update={"segments": segments})


def _words(text: str, start: float, end: float) -> list[Word]:
    texts = text.split(" ")
    each = (end - start) / len(texts)
    return [
        Word(start=start + at * each, end=start + (at + 1) * each, word=f" {word}", probability=0.9)
        for at, word in enumerate(texts)
    ]


SAID = with_words(
    transcript(
        "The sun is eight light minutes away.",
        "The engineer designed the first machine.",
        "A light year is a distance.",
        "Über Kräfte sprechen wir später.",
    )
).model_copy(update={"coverage": Coverage(speech_s=10, transcribed_s=9, gaps=((5.0, 5.5),))})


def proof(number: int) -> Proof:
    """The whole of a segment."""
    segment = SAID.segments[number]
    return Proof(segment_ids=(number,), start_s=segment.start, end_s=segment.end, quote=segment.text)


MATERIAL = StudyMaterial(
    provider="anthropic",
    model="claude-sonnet-5-5",
    cards=(
        Card(id="c1", front=f"The sun is {BLANK} light minutes away.", back="eight", proof=proof(0), kind="cloze"),
        Card(id="c2", front="Who designed the first machine?", back="The engineer", proof=proof(1), section="s1"),
        Card(
            id="c3",
            front=r"What is a light year, in \(\frac{m}{s}\)?",
            back="A distance",
            proof=proof(2),
            kind="definition",
            corrected=(Correction(heard="lite year", correct="light year"),),
        ),
    ),
    quiz=(
        QuizItem(
            id="q1",
            stem="How far is the sun?",
            options=("nine light minutes", "eight light minutes", "a light hour", "a light day"),
            key=1,
            explanation="Its light takes eight minutes.",
            why_wrong=("One too many.", "", "Sixty minutes.", "Far outside."),
            proof=proof(0),
        ),
        QuizItem(
            id="q2",
            stem="What is a light year?",
            options=("a distance", "a time", "a speed", "a mass"),
            key=0,
            explanation="It is how far light comes in a year.",
            proof=proof(2),
        ),
    ),
    outline=Outline(
        summary="How far things are.",
        sections=(
            Section(id="s1", title="The sun", summary="Its distance.", start_s=0, end_s=5),
            Section(id="s2", title="Light years", start_s=5, end_s=SAID.duration_s),
        ),
        terms=(
            Term(heard="lite year", correct="light year", definition="how far light comes in a year", proof=proof(2)),
        ),
    ),
    verified=True,
    warnings=("1 of 4 passages was unclear.",),
    dropped={"not supported": 2},
)


def page_of(material: StudyMaterial = MATERIAL, said: Transcript = SAID, source: Source = TALK) -> str:
    """The page's HTML."""
    return study_page(material, said, source)


@dataclass
class Watched:
    """A page, and what went wrong on it: errors, console lines, requests for anything but files."""

    page: Page
    troubles: list[str] = field(default_factory=list[str])


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """A browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(AS_ROOT))
        yield browser
        await browser.close()


@asynccontextmanager
async def opened(context: BrowserContext, folder: Path, html: str, *, sound: bool = False) -> AsyncGenerator[Page]:
    """The HTML as a file, opened; trouble fails the test at the end."""
    (folder / "study.html").write_text(html, encoding="utf-8")
    if sound:
        shutil.copy(LECTURE, folder / "audio.mp3")
    watched = Watched(await context.new_page())
    page = watched.page
    page.on("pageerror", lambda error: watched.troubles.append(str(error)))
    page.on("console", lambda message: watched.troubles.append(message.text))
    page.on("request", lambda sent: watched.troubles.extend([sent.url] * (not sent.url.startswith(("file:", "blob:")))))
    await page.goto((folder / "study.html").as_uri())
    yield page
    assert watched.troubles == []


async def violations(page: Page) -> dict[str, list[str]]:
    """What axe-core complains of: the elements, by rule."""
    axe: Any = Axe()  # untyped
    found = await axe.run(page, options={"resultTypes": ["violations"]})
    return {each["id"]: [node["html"] for node in each["nodes"]] for each in found.response["violations"]}


async def come_back(page: Page) -> None:
    """Leave the page and open it again, at the same place.

    A reload within milliseconds of a change may be served before Chromium's own process has the change.
    """
    address = page.url
    await page.goto("about:blank")
    await page.goto(address)


async def first_card_s(profile: BrowserContext, page: Page) -> float:
    """From nothing to a card that can be turned, of the page's own processor time: other programs' does not count."""
    await page.goto(page.url.partition("#")[0] + "#cards")
    browser: Any = await profile.new_cdp_session(page)  # untyped
    await browser.send("Performance.enable", {"timeDomain": "threadTicks"})
    await page.reload()
    await expect(page.locator(".piece.card")).to_be_visible()
    metrics = (await browser.send("Performance.getMetrics"))["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


async def view(page: Page, name: str) -> None:
    """Open a view of the study page; a card is turned, a question answered."""
    await page.goto(f"{page.url.partition('#')[0]}#{name}")
    if name in ("cards", "quiz"):
        await page.keyboard.press("Space" if name == "cards" else "1")
