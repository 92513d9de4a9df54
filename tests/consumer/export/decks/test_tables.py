"""Cards as tables."""

import csv

from consumer.export.decks.tables import to_anki_csv, to_quizlet
from consumer.material import StudyMaterial
from tests.support.consumer.study_page import MATERIAL
from tests.support.consumer.study_samples import TALK

HARD = MATERIAL.cards[0].model_copy(update={"front": 'Say "a,\nb"\tc <i>', "back": r"\(x^2\)"})


def _of(*cards: object) -> StudyMaterial:
    return MATERIAL.model_copy(update={"cards": cards})


def test_ankis_table_names_its_columns_and_has_a_row_for_each_card() -> None:
    lines = to_anki_csv(MATERIAL, TALK).splitlines()
    head = [line for line in lines if line.startswith("#")]
    assert "#guid column:1" in head
    assert "#columns:guid,Front,Back,Quote,Moment,deck,tags" in head
    rows = list(csv.reader(lines[len(head) :]))
    assert [row[0] for row in rows] == ["c1", "c2", "c3"]
    assert rows[1][5] == "Lectern::Gravity & light [dQw4w9WgXcQ]::01 The sun"
    assert "lectern::chapter::The_sun" in rows[1][6].split()


def test_quotes_commas_and_lines_do_not_break_the_table() -> None:
    lines = [line for line in to_anki_csv(_of(HARD), TALK).splitlines() if not line.startswith("#")]
    ((_, front, back, *_),) = csv.reader(lines)
    assert front == "Say &quot;a,<br>b&quot;\tc &lt;i&gt;"
    assert back == r"\(x^2\)"


def test_quizlet_gets_a_line_a_card_with_one_tab() -> None:
    assert to_quizlet(_of(HARD)) == 'Say "a, b" c <i>\tx^2\n'
    assert to_quizlet(MATERIAL).splitlines()[0] == "The sun is ____ light minutes away.\teight"
