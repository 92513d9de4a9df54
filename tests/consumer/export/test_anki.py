"""The Anki deck, read back as Anki would."""

import json
import sqlite3
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from consumer.export.anki import write_deck
from consumer.material import Card, Proof, StudyMaterial
from consumer.models import Source
from tests.support.consumer.study_samples import FILE, TALK

CARD = Card(
    id="0123456789abcdef",
    front="Is 1 < 2 & why?",
    back="<b>Yes</b>",
    proof=Proof(segment_ids=(3,), start_s=83.9, quote='He said "yes"'),
)


def _material(*cards: Card) -> StudyMaterial:
    return StudyMaterial(provider="extractive", model="cloze-1", cards=cards, quiz=())


def _collection(tmp_path: Path, material: StudyMaterial, source: Source) -> bytes:
    path = tmp_path / "deck.apkg"
    write_deck(material, source, path)
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        return package.read("collection.anki2")


def _query(tmp_path: Path, collection: bytes, question: str) -> list[Any]:
    path = tmp_path / "collection.anki2"
    path.write_bytes(collection)
    database = sqlite3.connect(path)
    try:
        return database.execute(question).fetchall()
    finally:
        database.close()


def test_a_card_becomes_a_note_under_its_own_id_with_a_link_into_the_video(tmp_path: Path) -> None:
    ((guid, fields),) = _query(tmp_path, _collection(tmp_path, _material(CARD), TALK), "select guid, flds from notes")
    front, back, quote, moment = fields.split("\x1f")
    assert guid == "0123456789abcdef"
    assert (front, back) == ("Is 1 &lt; 2 &amp; why?", "&lt;b&gt;Yes&lt;/b&gt;")
    assert quote == "He said &quot;yes&quot;"
    assert moment == '<a href="https://www.youtube.com/watch?v=dQw4w9WgXcQ&amp;t=83s">▶ 1:23</a>'


def test_a_card_of_a_file_shows_the_time_without_a_link(tmp_path: Path) -> None:
    ((fields,),) = _query(tmp_path, _collection(tmp_path, _material(CARD), FILE), "select flds from notes")
    assert fields.endswith("\x1f1:23")


def test_each_note_has_one_card_to_learn(tmp_path: Path) -> None:
    cards = _query(tmp_path, _collection(tmp_path, _material(CARD), TALK), "select nid from cards")
    assert len(cards) == 1


def test_the_same_cards_give_the_same_file(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_deck(_material(CARD), TALK, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_no_temporary_file_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    write_deck(_material(CARD), TALK, tmp_path / "deck.apkg")
    assert [path.name for path in tmp_path.iterdir()] == ["deck.apkg"]


def test_the_deck_is_named_after_the_lecture_and_not_nested_by_its_title(tmp_path: Path) -> None:
    source = Source(path=Path("x"), title="C++::std \n basics", youtube_id="dQw4w9WgXcQ")
    ((decks,),) = _query(tmp_path, _collection(tmp_path, _material(CARD), source), "select decks from col")
    assert "Lectern::C++:std basics" in {deck["name"] for deck in json.loads(decks).values()}


def test_no_cards_give_an_empty_deck_that_still_opens(tmp_path: Path) -> None:
    assert _query(tmp_path, _collection(tmp_path, _material(), TALK), "select count(*) from notes") == [(0,)]
