"""The Anki deck, read back as Anki would."""

import html
import json
import sqlite3
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from consumer.export.decks.anki import WRITTEN_AT, write_deck
from consumer.material import Card, Outline, Proof, QuizItem, Section, StudyMaterial
from consumer.models import Source
from tests.support.consumer.study_samples import FILE, TALK

CARD = Card(
    id="0123456789abcdef",
    front="Is 1 < 2 & why?",
    back="<b>Yes</b>",
    proof=Proof(segment_ids=(3,), start_s=83.9, quote='He said "yes"'),
)


ITEM = QuizItem(
    id="fedcba9876543210",
    stem="How far?",
    options=("far", "<near>", "up", "down"),
    key=1,
    explanation="It was said.",
    why_wrong=("Too far.", "", "", ""),
    proof=CARD.proof,
)
SECOND = Section(id="b", title="Or not::to be", start_s=50, end_s=100)


def _material(*cards: Card, quiz: tuple[QuizItem, ...] = ()) -> StudyMaterial:
    return StudyMaterial(provider="extractive", model="cloze-1", cards=cards, quiz=quiz)


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


def _decks(tmp_path: Path, material: StudyMaterial, source: Source) -> set[str]:
    ((decks,),) = _query(tmp_path, _collection(tmp_path, material, source), "select decks from col")
    return {deck["name"] for deck in json.loads(decks).values()}


def test_the_deck_is_named_after_the_lecture_and_not_nested_by_its_title(tmp_path: Path) -> None:
    source = Source(path=Path("x"), title="C++::std \n basics", youtube_id="dQw4w9WgXcQ")
    assert "Lectern::C++:std basics [dQw4w9WgXcQ]" in _decks(tmp_path, _material(CARD), source)


def test_two_lectures_of_one_title_never_share_a_deck(tmp_path: Path) -> None:
    other = TALK.__class__(path=TALK.path, title=TALK.title, youtube_id="aaaaaaaaaaa")
    shared = _decks(tmp_path, _material(CARD), TALK) & _decks(tmp_path, _material(CARD), other)
    assert shared == {"Default"}


def test_chapters_are_sub_decks_and_section_level_and_kind_are_tags(tmp_path: Path) -> None:
    outline = Outline(summary="", sections=(Section(id="a", title="To be", start_s=0, end_s=50), SECOND), terms=())
    material = _material(CARD.model_copy(update={"level": "apply", "tags": ("my tag",), "section": "b"}))
    material = material.model_copy(update={"outline": outline})
    assert "Lectern::Gravity & light [dQw4w9WgXcQ]::02 Or not:to be" in _decks(tmp_path, material, TALK)
    ((tags,),) = _query(tmp_path, _collection(tmp_path, material, TALK), "select tags from notes")
    assert set(tags.split()) == {
        "lectern::chapter::Or_not::to_be",
        "lectern::level::apply",
        "lectern::basic",
        "lectern::my_tag",
    }


def test_a_quiz_item_is_a_note_of_its_own_kind_with_every_option_explained(tmp_path: Path) -> None:
    ((fields, tags),) = _query(
        tmp_path, _collection(tmp_path, _material(quiz=(ITEM,)), TALK), "select flds, tags from notes"
    )
    stem, options, key, why, *_ = fields.split("\x1f")
    assert (stem, key) == ("How far?", "B. &lt;near&gt;")
    assert options == '<ol type="A"><li>far</li><li>&lt;near&gt;</li><li>up</li><li>down</li></ol>'
    assert why == "It was said.<br>A: Too far."
    assert "lectern::quiz" in tags


def test_a_note_is_dated_by_when_its_words_changed(tmp_path: Path) -> None:
    write_deck(_material(CARD), TALK, tmp_path / "deck.apkg", {CARD.id: 1_790_000_000})
    with zipfile.ZipFile(tmp_path / "deck.apkg") as package:
        collection = package.read("collection.anki2")
    assert _query(tmp_path, collection, "select mod from notes") == [(1_790_000_000,)]
    assert _query(tmp_path, _collection(tmp_path, _material(CARD), TALK), "select mod from notes") == [(WRITTEN_AT,)]


def test_the_quoted_words_can_be_heard(tmp_path: Path) -> None:
    write_deck(_material(CARD), TALK, tmp_path / "deck.apkg", sounds={CARD.id: b"\xff\xfb"})
    with zipfile.ZipFile(tmp_path / "deck.apkg") as package:
        assert json.loads(package.read("media")) == {"0": "lectern-0123456789abcdef.mp3"}
        assert package.read("0") == b"\xff\xfb"
        collection = package.read("collection.anki2")
    ((fields,),) = _query(tmp_path, collection, "select flds from notes")
    assert fields.endswith("[sound:lectern-0123456789abcdef.mp3]")


@pytest.mark.parametrize("text", ["[sound:/etc/passwd]", r"[latex]\input{x}[/latex]", "[$]x[/$]", "[anki:play:q:0]"])
def test_what_was_said_is_no_command_to_anki(tmp_path: Path, text: str) -> None:
    material = _material(CARD.model_copy(update={"front": text}))
    ((fields,),) = _query(tmp_path, _collection(tmp_path, material, TALK), "select flds from notes")
    assert text not in fields
    assert html.unescape(fields.split("\x1f")[0]) == text


def test_no_cards_give_an_empty_deck_that_still_opens(tmp_path: Path) -> None:
    assert _query(tmp_path, _collection(tmp_path, _material(), TALK), "select count(*) from notes") == [(0,)]
