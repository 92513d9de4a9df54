"""The study page's text."""

import json
import re
from pathlib import Path

import pytest

from consumer.material import StudyMaterial
from consumer.models import Source
from tests.support.consumer.study_page import MATERIAL, SAID, page_of
from tests.support.consumer.study_samples import FILE, transcript

ATTACK = "<script>document.title='owned'</script><img src=x onerror=alert(1)></section></script>"
BARE = StudyMaterial(provider="anthropic", model="m", cards=MATERIAL.cards, quiz=MATERIAL.quiz)


def test_the_page_needs_nothing_but_the_audio_beside_it() -> None:
    assert re.findall(r"<(?:link|img|iframe)\b|\bsrc=\S*|@import|url\(", page_of()) == ['src="audio.mp3"']
    assert "default-src &#39;none&#39;" in page_of()


def test_times_link_into_the_video() -> None:
    assert 'href="https://www.youtube.com/watch?v=dQw4w9WgXcQ&amp;t=2s"' in page_of()


def test_a_file_has_times_without_links_to_a_video() -> None:
    assert "youtube.com" not in page_of(source=FILE)
    assert "0:02" in page_of(source=FILE)


def test_who_wrote_it_who_checked_it_and_what_was_left_out_are_told() -> None:
    assert "Written by Claude (claude-sonnet-5-5) from the lecture." in page_of()
    assert "A second pass checked each note" in page_of()
    assert "Nobody checked the notes" in page_of(MATERIAL.model_copy(update={"verified": False}))
    assert "1 of 4 passages was unclear." in page_of()
    assert "Notes left out: not supported 2" in page_of()


def test_what_a_program_made_says_so_at_first_sight() -> None:
    html = page_of(MATERIAL.model_copy(update={"provider": "extractive", "model": "glossary-1"}))
    header = html.partition("</header>")[0]
    assert "Key terms in the lecture’s own sentences" in header
    assert "no language model wrote or checked a note" in header
    assert "Written by" not in header


def test_markup_in_titles_notes_and_speech_stays_text() -> None:
    card = MATERIAL.cards[0].model_copy(update={"front": ATTACK, "back": ATTACK, "section": ATTACK})
    item = MATERIAL.quiz[0].model_copy(update={"stem": ATTACK, "explanation": ATTACK, "why_wrong": (ATTACK,) * 4})
    assert MATERIAL.outline is not None
    sections = tuple(
        each.model_copy(update={"id": f'"{ATTACK}', "title": ATTACK}) for each in MATERIAL.outline.sections
    )
    terms = tuple(each.model_copy(update={"correct": ATTACK, "heard": "x" + ATTACK}) for each in MATERIAL.outline.terms)
    outline = MATERIAL.outline.model_copy(update={"summary": ATTACK, "sections": sections, "terms": terms})
    update = {"cards": (card,), "quiz": (item,), "outline": outline, "warnings": (ATTACK,), "dropped": {ATTACK: 1}}
    html = page_of(
        MATERIAL.model_copy(update=update),
        transcript(ATTACK, ATTACK, language=ATTACK),
        Source(path=Path("x"), title=ATTACK, channel=ATTACK),
    )
    assert re.findall("<script[^>]*>", html) == re.findall("<script[^>]*>", page_of())
    assert "<img" not in html


def test_a_lecture_without_speech_has_a_page_that_says_so() -> None:
    html = page_of(StudyMaterial(provider="anthropic", model="m", cards=(), quiz=()), transcript())
    assert "No speech was understood in this video." in html
    assert "There are no cards for this lecture." in html
    assert "There are no questions for this lecture." in html


def test_a_page_without_notes_opens_what_to_know_and_leads_nowhere_empty() -> None:
    empty = {"cards": (), "quiz": (), "outline": None}
    html = page_of(MATERIAL.model_copy(update=empty))
    assert '<details class="warnings" open>' in html
    assert '<a href="#cards" hidden>' in html
    assert '<a href="#quiz">' not in html
    assert '<details class="warnings">' in page_of()


def test_without_an_outline_the_page_has_no_chapters_and_everything_else() -> None:
    assert "Chapters" not in page_of(BARE).partition("<script")[0]
    assert "Who designed the first machine?" in page_of(BARE)


def test_the_words_of_a_segment_have_their_times() -> None:
    (times,) = re.findall(r'id="times">(.*?)</script>', page_of())
    assert json.loads(times)["1"][:6] == [262, 3, 300, 9, 338, 9]


def test_words_that_do_not_make_up_their_segment_are_left_out() -> None:
    said = SAID.model_copy(
        update={"segments": tuple(each.model_copy(update={"text": each.text + "!"}) for each in SAID.segments)}
    )
    assert 'id="times">{}</script>' in page_of(said=said)


@pytest.mark.parametrize(
    ("language", "interface", "direction", "says"),
    [
        ("de", "de", "ltr", "Karten"),
        ("es-MX", "es", "ltr", "Tarjetas"),
        ("fr", "fr", "ltr", "Cartes"),
        ("ar", "en", "rtl", "Cards"),
        ("", "en", "ltr", "Cards"),
    ],
)
def test_the_interface_speaks_the_lectures_language_and_is_mirrored_where_that_is(
    language: str, interface: str, direction: str, says: str
) -> None:
    html = page_of(said=SAID.model_copy(update={"language": language}))
    assert f'<html lang="{interface}" dir="{direction}">' in html
    assert f'<a href="#cards">{says}' in html
