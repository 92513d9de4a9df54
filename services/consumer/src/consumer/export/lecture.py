"""A lecture laid out for reading: its sections with their paragraphs and notes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from consumer.export.subtitles import paragraphs
from consumer.material import Card, QuizItem, Section, StudyMaterial
from consumer.models import Segment, Source, Transcript


@dataclass(frozen=True)
class Part:
    """Paragraphs of the transcript under one section; None before and without an outline."""

    section: Section | None
    paragraphs: list[list[Segment]]


def lecture_id(source: Source) -> str:
    """Under which a browser keeps a student's progress, and decks their ids: the video's, else the file's name."""
    return source.youtube_id or f"file:{source.title}"


def parts(material: StudyMaterial, transcript: Transcript) -> list[Part]:
    """The transcript cut where sections begin, so that each has its heading; empty sections are kept."""
    sections: Sequence[Section] = material.outline.sections if material.outline else ()
    if not sections:
        return [Part(None, paragraphs(transcript.segments))]
    said: dict[str, list[Segment]] = {section.id: [] for section in sections}
    for segment in transcript.segments:
        said[section_at(sections, segment.start).id].append(segment)
    return [Part(section, paragraphs(said[section.id])) for section in sections]


def section_at(sections: Sequence[Section], at_s: float) -> Section:
    """The last section that has begun by then; the first for what lies before it."""
    begun = [section for section in sections if section.start_s <= at_s + 0.01]
    return begun[-1] if begun else sections[0]


def section_of(material: StudyMaterial, note: Card | QuizItem) -> Section | None:
    """The section that a note names, else the one in which it was said; None without an outline."""
    sections = material.outline.sections if material.outline else ()
    named = next((section for section in sections if section.id == note.section), None)
    return named or (section_at(sections, note.proof.start_s) if sections else None)


def notes_by_section(material: StudyMaterial) -> Counter[str]:
    """How many notes each section has, by its id."""
    found = (section_of(material, note) for note in (*material.cards, *material.quiz))
    return Counter(section.id for section in found if section)


def word_times(transcript: Transcript) -> dict[int, list[int]]:
    """For each segment whose words make up its text: start (hundredths of a second) and length of each, in turn.

    Lengths count UTF-16 units, as JavaScript does, and include the space before a word.
    """
    return {segment.id: times for segment in transcript.segments if (times := _times(segment))}


def _times(segment: Segment) -> list[int]:
    words = segment.words or ()
    text = "".join(word.word for word in words)
    if not words or text.strip() != segment.text.strip():
        return []
    lead = len(text) - len(text.lstrip())
    lengths = [len(word.word.encode("utf-16-le")) // 2 for word in words]
    lengths[0] -= lead
    return [number for word, length in zip(words, lengths, strict=True) for number in (round(word.start * 100), length)]
