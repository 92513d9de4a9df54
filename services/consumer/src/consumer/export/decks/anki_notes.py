"""Cards and quiz items as Anki has them: fields in HTML, deck, tags. For the package and for the table."""

import html
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass

from consumer.export.lecture import section_of
from consumer.export.links import moment
from consumer.export.subtitles import clock
from consumer.material import Card, Correction, Proof, QuizItem, Section, StudyMaterial
from consumer.models import Source

CARD_TYPE, QUIZ_TYPE = "Lectern card", "Lectern quiz item"
CARD_FIELDS = ("Front", "Back", "Quote", "Moment")
QUIZ_FIELDS = ("Question", "Options", "Key", "Why", "Quote", "Moment")
OWN_MARK = re.compile(r"\[(?=/?(?:sound:|anki:|latex|\$))")
NO_DECK_NAME = re.compile(r"::+|[\"\x00-\x1f]+")


@dataclass(frozen=True)
class AnkiNote:
    """One note: its type, its fields in the order of that type, and where it goes."""

    guid: str
    type: str
    fields: tuple[str, ...]
    deck: str
    tags: tuple[str, ...]

    @staticmethod
    def sound_name(guid: str) -> str:
        """What its sound is called in Anki's one folder for all media."""
        return f"lectern-{guid}.mp3"


def anki_notes(material: StudyMaterial, source: Source, sounds: Set[str] = frozenset()) -> Iterator[AnkiNote]:
    """Every card, then every quiz item. Formulas stay LaTeX between `\\(` and `\\)`, which Anki draws."""
    for card in material.cards:
        fields = (_text(card.front), _back(card), *_proof(card.proof, source, card.id in sounds and card.id))
        yield _note(card, CARD_TYPE, fields, (card.kind, *card.tags), material=material, source=source)
    for item in material.quiz:
        fields = _quiz_fields(item, source, item.id in sounds)
        yield _note(item, QUIZ_TYPE, fields, ("quiz",), material=material, source=source)


def _note(
    note: Card | QuizItem,
    kind: str,
    fields: tuple[str, ...],
    tags: tuple[str, ...],
    *,
    material: StudyMaterial,
    source: Source,
) -> AnkiNote:
    section = section_of(material, note)
    chapter = (f"chapter::{section.title}",) if section else ()
    level = (f"level::{note.level}",) if note.level else ()
    named = tuple(f"lectern::{_tag(tag)}" for tag in (*chapter, *level, *tags))
    return AnkiNote(note.id, kind, fields, _deck(material, source, section), named)


def _deck(material: StudyMaterial, source: Source, section: Section | None) -> str:
    """`Lectern::Title [id]::02 Chapter`. The video's id keeps two lectures of one title apart."""
    name = _deck_name(source.title) or "Lecture"
    lecture = f"Lectern::{name} [{source.youtube_id}]" if source.youtube_id else f"Lectern::{name}"
    if section is None or material.outline is None:
        return lecture
    number = material.outline.sections.index(section) + 1
    return f"{lecture}::{number:02} {_deck_name(section.title)}".rstrip()


def _deck_name(title: str) -> str:
    """`::` would nest the deck."""
    return NO_DECK_NAME.sub(":", " ".join(title.split()))[:80].strip()


def _tag(text: str) -> str:
    return re.sub(r"\s+", "_", text.strip())[:80]


def _back(card: Card) -> str:
    return _text(card.back) + "".join(map(_correction, card.corrected))


def _correction(each: Correction) -> str:
    return f"<br><small>“{_text(each.heard)}” → {_text(each.correct)}</small>"


def _quiz_fields(item: QuizItem, source: Source, has_sound: bool) -> tuple[str, ...]:
    options = "".join(f"<li>{_text(option)}</li>" for option in item.options)
    why = [_text(item.explanation)]
    why += [f"{'ABCD'[at]}: {_text(reason)}" for at, reason in enumerate(item.why_wrong) if reason]
    key = f"{'ABCD'[item.key]}. {_text(item.options[item.key])}"
    lines = "<br>".join(why) + "".join(map(_correction, item.corrected))
    ordered = f'<ol type="A">{options}</ol>'
    return (_text(item.stem), ordered, key, lines, *_proof(item.proof, source, has_sound and item.id))


def _proof(proof: Proof, source: Source, sound_of: str | bool) -> tuple[str, str]:
    link, at = moment(source, proof.start_s), clock(proof.start_s)
    where = f'<a href="{html.escape(link)}">▶ {at}</a>' if link else at
    sound = f" [sound:{AnkiNote.sound_name(sound_of)}]" if isinstance(sound_of, str) else ""
    return _text(proof.quote), where + sound


def _text(text: str) -> str:
    """Fields are HTML: what a model or a speaker said is escaped, also from Anki's own marks for sounds and LaTeX."""
    return OWN_MARK.sub("&#91;", html.escape(text)).replace("\n", "<br>")
