"""One page over several lectures: their pictures, what is due, one search, one glossary."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup
from pydantic import ValidationError

from consumer.export import lecture, timeline
from consumer.export.files import read_about
from consumer.export.page import render
from consumer.material import StudyMaterial, Term
from consumer.models import Source, Transcript

ASSETS = ("outline.json", "flashcards.json", "quiz.json", "transcript.json")
"""What a lecture's files must have to be in a course."""


@dataclass(frozen=True)
class Lecture:
    """One lecture of a course; `link` leads to its page, from where the course's page lies."""

    link: str
    source: Source
    transcript: Transcript
    material: StudyMaterial

    @property
    def id(self) -> str:
        """Under which browsers keep its progress."""
        return lecture.lecture_id(self.source)

    @property
    def picture(self) -> Markup:
        """Its timeline, small."""
        return timeline.timeline(self.material, self.transcript)


@dataclass(frozen=True)
class Entry:
    """A term of the course's glossary, and where it is said."""

    lecture: Lecture
    number: int
    term: Term


def read_lecture(link: str, read: Callable[[str], bytes]) -> Lecture:
    """A lecture from its files; `read` gives the bytes of a name. Raises ValueError where they are none."""
    try:
        outline, cards, quiz = (json.loads(read(name)) for name in ASSETS[:3])
        material = StudyMaterial.model_validate(
            {
                **outline,
                "cards": cards["cards"],
                "quiz": quiz["items"],
                "outline": outline if outline["sections"] or outline["terms"] else None,
            }
        )
        source = read_about(Path(link), outline)
        return Lecture(link, source, Transcript.model_validate_json(read(ASSETS[3])), material)
    except (KeyError, TypeError, ValidationError, json.JSONDecodeError) as error:
        raise ValueError(f"{link} is not what Lectern makes of a lecture: {error}") from error


def course_page(title: str, lectures: Sequence[Lecture]) -> str:
    """The page's HTML; it loads nothing from anywhere. It speaks the first lecture's language."""
    language = lectures[0].transcript.language if lectures else "en"
    return render(
        "course/page.html",
        ["study/base", "study/layout", "study/overview", "course/course"],
        ["study/dom", "course/course"],
        language,
        title=title,
        lectures=lectures,
        timeline_px=timeline.height(),
        glossary=_glossary(lectures),
        found=[{"title": each.source.title, "link": each.link, "texts": list(_texts(each))} for each in lectures],
        due=[{"id": each.id, "cards": [card.id for card in each.material.cards]} for each in lectures],
    )


def _glossary(lectures: Sequence[Lecture]) -> list[Entry]:
    """By the alphabet; a term of several lectures stands once for each."""
    entries = [
        Entry(each, number, term)
        for each in lectures
        for number, term in enumerate(each.material.outline.terms if each.material.outline else (), 1)
    ]
    return sorted(entries, key=lambda entry: entry.term.correct.casefold())


def _texts(each: Lecture) -> Iterator[tuple[str, str, str]]:
    """Kind, fragment and text of everything that can be found."""
    material = each.material
    outline = material.outline
    for number, term in enumerate(outline.terms if outline else (), 1):
        yield "glossary", f"term-{number}", f"{term.correct} · {term.definition}"
    for section in outline.sections if outline else ():
        yield "chapters", f"section-{section.id}", f"{section.title} · {section.summary}"
    for card in material.cards:
        yield "cards", f"card-{card.id}", f"{card.front} · {card.back}"
    for item in material.quiz:
        yield "questions", f"item-{item.id}", f"{item.stem} · {' · '.join(item.options)}"
    for segment in each.transcript.segments:
        yield "transcript", f"s{segment.id}", segment.text.strip()
