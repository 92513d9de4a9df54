"""A lecture's notes as Markdown, for Obsidian and whatever else reads it."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import partial

from consumer.export.lecture import section_of
from consumer.export.links import moment
from consumer.export.mathematics import formulas
from consumer.export.subtitles import clock
from consumer.export.wording import wording
from consumer.material import Card, Proof, QuizItem, Section, StudyMaterial, Term
from consumer.models import Source, Transcript

SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~$^%=])")
"""What means something in Markdown, in HTML, or in Obsidian's own links, tags, highlights and comments."""
STARTS_LINE = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s)")


def to_markdown(material: StudyMaterial, transcript: Transcript, source: Source) -> str:
    """Properties, summary, a heading for each chapter with its cards, the quiz folded, the glossary.

    Each note has a block id, so that other pages can link to it, and a link to its moment in the video.
    """
    words = wording(transcript.language)
    blocks = [
        *_properties(material, transcript, source),
        f"# {_text(source.title)}",
        *([_text(material.outline.summary)] if material.outline and material.outline.summary else []),
        *(f"> [!warning] {_text(warning)}" for warning in material.warnings),
        *_chapters(material, source, words),
        *_quiz(material.quiz, source, words),
        *_glossary(material, source, words),
    ]
    return "\n\n".join(blocks) + "\n"


def _properties(material: StudyMaterial, transcript: Transcript, source: Source) -> Iterator[str]:
    """YAML takes JSON's strings."""
    values = {
        "title": source.title,
        "source": moment(source, 0),
        "channel": source.channel,
        "duration": clock(transcript.duration_s),
        "language": transcript.language,
        "written_by": f"{material.provider} {material.model}",
        "tags": ["lectern"],
    }
    lines = (f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items() if value)
    yield "\n".join(("---", *lines, "---"))


def _chapters(material: StudyMaterial, source: Source, words: dict[str, str]) -> Iterator[str]:
    sections = material.outline.sections if material.outline else ()
    write = partial(_card, source=source)
    if not sections:
        yield f"## {words['cards']}"
        yield from map(write, material.cards)
    for section in sections:
        yield from _chapter(section, source)
        yield from map(write, (card for card in material.cards if section_of(material, card) == section))


def _chapter(section: Section, source: Source) -> Iterator[str]:
    yield f"## {_text(section.title)}"
    yield f"{_moment(section.start_s, source)} {_text(section.summary)}".strip()


def _card(card: Card, source: Source) -> str:
    corrected = "".join(f" ({_text(each.heard)} → {_text(each.correct)})" for each in card.corrected)
    return (
        f"**{_text(card.front)}** {_text(card.back)}{corrected}\n{_proof(card.proof, source)} ^card-{_block(card.id)}"
    )


def _quiz(items: Iterable[QuizItem], source: Source, words: dict[str, str]) -> Iterator[str]:
    for number, item in enumerate(items):
        if not number:
            yield f"## {words['quiz']}"
        reasons = (f"{'ABCD'[at]}: {_text(reason)}" for at, reason in enumerate(item.why_wrong) if reason)
        lines = [
            f"[!question]- {_text(item.stem)}",
            *(f"{'ABCD'[at]}\\. {_text(option)}  " for at, option in enumerate(item.options)),
            f"> [!success]- {'ABCD'[item.key]}",
            *(f"> {line}  " for line in (_text(item.explanation), *reasons)),
            f"> {_proof(item.proof, source)}",
        ]
        yield "\n".join(f"> {line}" for line in lines) + f"\n\n^item-{_block(item.id)}"


def _glossary(material: StudyMaterial, source: Source, words: dict[str, str]) -> Iterator[str]:
    terms = material.outline.terms if material.outline else ()
    if terms:
        yield f"## {words['glossary']}"
    yield from (_term(term, source) for term in terms)


def _term(term: Term, source: Source) -> str:
    meaning = f": {_text(term.definition)}" if term.definition else ""
    return f"- **{_text(term.correct)}**{meaning} {_moment(term.proof.start_s, source)}"


def _proof(proof: Proof, source: Source) -> str:
    return f"*“{_text(proof.quote)}”* {_moment(proof.start_s, source)}"


def _moment(start_s: float, source: Source) -> str:
    link = moment(source, start_s)
    return f"[{clock(start_s)}]({link})" if link else f"({clock(start_s)})"


def _block(note_id: str) -> str:
    return re.sub(r"[^\w-]", "-", note_id)


def _text(text: str) -> str:
    """On one line, with nothing in it that Markdown would take for its own; formulas between dollars."""
    parts = (_escaped(before) + _formula(latex, is_block) for before, latex, is_block in formulas(text))
    return STARTS_LINE.sub(r"\1\\\2", " ".join("".join(parts).split()))


def _escaped(text: str) -> str:
    return SIGNS.sub(r"\\\1", text)


def _formula(latex: str, is_block: bool) -> str:
    marks = "$$" if is_block else "$"
    return f"{marks}{latex.strip()}{marks}" if latex else ""
