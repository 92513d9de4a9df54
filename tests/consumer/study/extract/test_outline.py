"""What the provider without a language model says of a lecture as a whole."""

from consumer.pipeline.write_study import write_study
from consumer.study.extract.notes import extract
from consumer.study.providers.extractive import ExtractiveProvider
from tests.support.consumer.glossary import GLOSSARY
from tests.support.consumer.study_samples import TALK, transcript


async def test_the_outline_lists_terms_with_what_they_mean_and_where_they_are_said() -> None:
    made = transcript(*GLOSSARY)
    outline = (await write_study(made, TALK, ExtractiveProvider(), lambda _: None)).outline
    assert outline
    meanings = {term.correct: term.definition for term in outline.terms}
    assert meanings["enzyme"] == "a protein that speeds up one reaction in the cell"
    assert meanings["cell"] == ""
    assert all(term.proof.quote in made.text for term in outline.terms)


async def test_every_card_belongs_to_a_section_and_has_its_kind() -> None:
    study = await write_study(transcript(*GLOSSARY), TALK, ExtractiveProvider(), lambda _: None)
    assert study.outline
    assert {card.section for card in study.cards} <= {section.id for section in study.outline.sections}
    assert {card.kind for card in study.cards} == {"definition"}


async def test_sections_are_called_by_their_terms() -> None:
    made = transcript(*(f"{sentence} Point {number}." for number in range(20) for sentence in GLOSSARY))
    outline = (await write_study(made, TALK, ExtractiveProvider(), lambda _: None)).outline
    titles = [", ".join(each.terms) for each in extract(made.segments, "en").passages]
    assert outline
    assert titles
    assert [section.title for section in outline.sections] == titles


async def test_a_lecture_without_a_term_has_no_outline() -> None:
    said = ["We walked on and on and then we stopped for a while, as one does."] * 2
    study = await write_study(transcript(*said), TALK, ExtractiveProvider(), lambda _: None)
    assert (study.outline, study.cards) == (None, ())
    assert study.warnings
