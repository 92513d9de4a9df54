"""Cards as tables: for Anki's text import, and for Quizlet."""

import csv
import io
import re

from consumer.export.decks.anki_notes import CARD_FIELDS, CARD_TYPE, anki_notes
from consumer.export.mathematics import plain
from consumer.material import BLANK, StudyMaterial
from consumer.models import Source

COLUMNS = ("guid", *CARD_FIELDS, "deck", "tags")
"""https://docs.ankiweb.net/importing/text-files.html: by its guid a note is updated, field by field."""
HEADER = (
    "#separator:Comma",
    "#html:true",
    f"#notetype:{CARD_TYPE}",
    f"#columns:{','.join(COLUMNS)}",
    "#guid column:1",
    f"#deck column:{len(COLUMNS) - 1}",
    f"#tags column:{len(COLUMNS)}",
)


def to_anki_csv(material: StudyMaterial, source: Source) -> str:
    """The cards for Anki's text import. Unlike a package it writes our fields alone: a field of the student's stays."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    for note in anki_notes(material.model_copy(update={"quiz": ()}), source):
        writer.writerow((note.guid, *note.fields, note.deck, " ".join(note.tags)))
    return "".join(f"{line}\n" for line in HEADER) + table.getvalue()


def to_quizlet(material: StudyMaterial) -> str:
    """A line a card, front and back with a tab between, as Quizlet's import takes them pasted."""
    return "".join(f"{_one_line(card.front)}\t{_one_line(card.back)}\n" for card in material.cards)


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", plain(text).replace(BLANK, "____")).strip()
