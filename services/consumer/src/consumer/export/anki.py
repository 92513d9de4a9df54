"""An Anki deck of the cards. The one file that knows genanki, which has no types."""

import contextlib
import hashlib
import html
import itertools
import sqlite3
import zipfile
from pathlib import Path
from typing import Any, cast

import genanki  # pyright: ignore[reportMissingTypeStubs]  untyped: nothing of it leaves this file

from consumer.export.links import moment
from consumer.export.subtitles import clock
from consumer.material import Card, StudyMaterial
from consumer.models import Source

NOTE_TYPE_ID = 1_735_904_211
"""Drawn once. Anki keeps one note type under this id, however many decks are imported."""
WRITTEN_AT = 1_767_225_600.0
"""The one modification time of all notes (2026-01-01), so that the same cards give the same collection."""
FIELDS = ("Front", "Back", "Quote", "Moment")
STYLE = """
.card { font: 20px/1.5 system-ui, sans-serif; text-align: center; max-width: 34em; margin: 1.5em auto; padding: 0 1em; }
blockquote { font-size: 15px; opacity: .7; margin: 1.5em 0 .4em; }
a { font-size: 15px; }
"""
BACK = """{{FrontSide}}<hr id="answer">{{Back}}
{{#Quote}}<blockquote>“{{Quote}}”</blockquote>{{/Quote}}{{Moment}}"""


def write_deck(material: StudyMaterial, source: Source, path: Path) -> None:
    """Write an .apkg to `path`; the same cards give the same bytes.

    A card that is written again keeps its id. Importing the deck once more therefore adds what is new and leaves the
    student's schedule and corrections alone.
    """
    number = _number(source.youtube_id or source.title)
    deck = cast("Any", genanki.Deck(number, f"Lectern::{_deck_name(source)}"))
    note_type = _note_type()
    for card in material.cards:
        deck.add_note(genanki.Note(model=note_type, fields=_fields(card, source), guid=card.id))
    with zipfile.ZipFile(path, "w") as package:
        _add(package, "collection.anki2", _collection(deck, first_id=int(WRITTEN_AT * 1000) + number))
        _add(package, "media", b"{}")


def _collection(deck: genanki.Deck, first_id: int) -> bytes:
    """The database in memory: genanki's own writer leaves a temporary file behind. Ids count up from the lecture's."""
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        package = cast("Any", genanki.Package(deck))
        package.write_to_db(database.cursor(), WRITTEN_AT, itertools.count(first_id))
        database.commit()
        return database.serialize()


def _add(package: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Dated alike, whenever it is written."""
    package.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def _note_type() -> genanki.Model:
    return genanki.Model(
        NOTE_TYPE_ID,
        "Lectern card",
        fields=[{"name": name} for name in FIELDS],
        templates=[{"name": "Card", "qfmt": "{{Front}}", "afmt": BACK}],
        css=STYLE,
    )


def _fields(card: Card, source: Source) -> list[str]:
    """Anki fields are HTML: what a model or a speaker said is escaped."""
    link = moment(source, card.proof.start_s)
    at = clock(card.proof.start_s)
    where = f'<a href="{html.escape(link)}">▶ {at}</a>' if link else at
    return [*map(html.escape, (card.front, card.back, card.proof.quote)), where]


def _deck_name(source: Source) -> str:
    """`::` would nest the deck."""
    return " ".join(source.title.replace("::", ":").split()) or "Lecture"


def _number(name: str) -> int:
    """A deck id that Anki accepts (a positive 31-bit number), the same for the same lecture."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) >> 1 or 1
