"""An Anki package of the cards and the quiz. The one file that knows genanki, which has no types."""

import contextlib
import hashlib
import itertools
import json
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import genanki  # pyright: ignore[reportMissingTypeStubs]  untyped: nothing of it leaves this file

from consumer.export.decks.anki_notes import CARD_FIELDS, CARD_TYPE, QUIZ_FIELDS, QUIZ_TYPE, AnkiNote, anki_notes
from consumer.material import StudyMaterial
from consumer.models import Source

CARD_TYPE_ID, QUIZ_TYPE_ID = 1_735_904_211, 1_735_904_212
"""Drawn once. Anki keeps one note type under each id, however many decks are imported."""
WRITTEN_AT = 1_767_225_600
"""When a note changed of which nobody knows (2026-01-01), so that the same notes give the same collection."""
STYLE = """
.card { font: 20px/1.5 system-ui, sans-serif; text-align: center; max-width: 34em; margin: 1.5em auto; padding: 0 1em; }
blockquote { font-size: 15px; opacity: .7; margin: 1.5em 0 .4em; }
ol { text-align: start; display: inline-block; }
a { font-size: 15px; }
"""
PROOF = """{{#Quote}}<blockquote>“{{Quote}}”</blockquote>{{/Quote}}{{Moment}}"""
BACK = (
    """{{FrontSide}}<hr id="answer">{{Back}}
"""
    + PROOF
)
QUIZ_FRONT = "{{Question}}<br>{{Options}}"
QUIZ_BACK = (
    """{{FrontSide}}<hr id="answer"><b>{{Key}}</b><br>{{Why}}
"""
    + PROOF
)


def write_deck(
    material: StudyMaterial,
    source: Source,
    path: Path,
    changed_at: Mapping[str, int] | None = None,
    sounds: Mapping[str, bytes] | None = None,
) -> None:
    """Write an .apkg to `path`; the same notes with the same dates give the same bytes.

    `changed_at` says when each note's words last changed, in seconds since 1970: importing the package again updates
    those that changed since the student's own last edit, adds what is new, and leaves schedules alone. `sounds` are
    MP3s of the quoted words by note id.
    """
    sounds = sounds or {}
    types = {CARD_TYPE: _card_type(), QUIZ_TYPE: _quiz_type()}
    decks: dict[str, Any] = {}
    dates: dict[str, int] = {}
    for note in anki_notes(material, source, set(sounds)):
        deck = decks.setdefault(note.deck, cast("Any", genanki.Deck(_number(note.deck), note.deck)))
        deck.add_note(
            genanki.Note(model=types[note.type], fields=list(note.fields), guid=note.guid, tags=list(note.tags))
        )
        dates[note.guid] = (changed_at or {}).get(note.guid) or WRITTEN_AT
    first_id = WRITTEN_AT * 1000 + _number(source.youtube_id or source.title)
    with zipfile.ZipFile(path, "w") as package:
        _add(package, "collection.anki2", _collection(list(decks.values()), first_id, dates))
        _add(package, "media", json.dumps(dict(enumerate(_sound_names(sounds)))).encode())
        for number, sound in enumerate(sounds.values()):
            _add(package, str(number), sound)


def _sound_names(sounds: Mapping[str, bytes]) -> Iterator[str]:
    return (AnkiNote.sound_name(note_id) for note_id in sounds)


def _collection(decks: list[Any], first_id: int, dates: Mapping[str, int]) -> bytes:
    """The database in memory: genanki's own writer leaves a temporary file behind. Ids count up from the lecture's."""
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        package = cast("Any", genanki.Package(decks or [genanki.Deck(1, "Lectern")]))
        package.write_to_db(database.cursor(), float(WRITTEN_AT), itertools.count(first_id))
        database.executemany("update notes set mod = ? where guid = ?", ((at, guid) for guid, at in dates.items()))
        database.commit()
        return database.serialize()


def _add(package: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Dated alike, whenever it is written."""
    package.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def _card_type() -> genanki.Model:
    return _model(CARD_TYPE_ID, CARD_TYPE, CARD_FIELDS, "{{Front}}", BACK)


def _quiz_type() -> genanki.Model:
    return _model(QUIZ_TYPE_ID, QUIZ_TYPE, QUIZ_FIELDS, QUIZ_FRONT, QUIZ_BACK)


def _model(number: int, name: str, fields: tuple[str, ...], front: str, back: str) -> genanki.Model:
    templates = [{"name": "Card", "qfmt": front, "afmt": back}]
    return genanki.Model(number, name, fields=[{"name": field} for field in fields], templates=templates, css=STYLE)


def _number(name: str) -> int:
    """A deck id that Anki accepts (a positive 31-bit number), the same for the same name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) >> 1 or 1
