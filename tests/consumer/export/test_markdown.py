"""Notes for Obsidian."""

import pytest

from consumer.export.markdown import to_markdown
from consumer.material import StudyMaterial
from consumer.models import Source
from tests.support.consumer.study_page import MATERIAL, SAID
from tests.support.consumer.study_samples import FILE, TALK


def _notes(material: StudyMaterial = MATERIAL, source: Source = TALK) -> str:
    return to_markdown(material, SAID, source)


def test_chapters_are_headings_with_their_cards_and_links_into_the_video() -> None:
    notes = _notes()
    sun = notes.index("## The sun")
    assert sun < notes.index("**Who designed the first machine?** The engineer") < notes.index("## Light years")
    assert "[0:02](https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=2s) ^card-c2" in notes


def test_properties_say_where_it_comes_from() -> None:
    head = _notes().split("---")[1]
    assert 'title: "Gravity & light"' in head
    assert 'written_by: "anthropic claude-sonnet-5-5"' in head


def test_the_quiz_is_folded_with_its_answers() -> None:
    assert "> [!question]- How far is the sun?\n> A\\. nine light minutes  \n" in _notes()
    assert "> > [!success]- B\n> > Its light takes eight minutes.  \n> > A: One too many." in _notes()


def test_formulas_are_between_dollars_and_money_is_not() -> None:
    assert r"$\frac{m}{s}$" in _notes()
    dear = MATERIAL.cards[1].model_copy(update={"back": "$5 or $6"})
    assert r"\$5 or \$6" in _notes(MATERIAL.model_copy(update={"cards": (dear,)}))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("<script>", r"\<script\>"),
        ("[[Note]] ![[Secret]]", r"\[\[Note\]\] !\[\[Secret\]\]"),
        ("# head\n- list", r"\# head - list"),
        ("1. one", r"\1. one"),
        ("%%hidden%% ==marked==", r"\%\%hidden\%\% \=\=marked\=\="),
    ],
)
def test_what_was_said_is_no_markdown(text: str, written: str) -> None:
    card = MATERIAL.cards[1].model_copy(update={"front": text})
    assert f"**{written}**" in _notes(MATERIAL.model_copy(update={"cards": (card,)}))


def test_a_file_has_times_without_links_and_no_outline_gives_one_list() -> None:
    notes = _notes(StudyMaterial(provider="openai", model="m", cards=MATERIAL.cards, quiz=()), FILE)
    assert "](http" not in notes
    assert "## Cards" in notes
