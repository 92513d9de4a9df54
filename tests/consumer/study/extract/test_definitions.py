"""What a lecture says its words mean, found without a language model: seen | right."""

import pytest

from consumer.study.extract.definitions import Definition, definitions
from consumer.study.extract.languages import language_of
from consumer.study.extract.sentences import sentences
from consumer.study.extract.vocabulary import Vocabulary
from tests.support.consumer.study_samples import segments


def found(said: str, code: str = "en") -> list[Definition]:
    """All definitions in these sentences."""
    language = language_of(code)
    assert language
    read = sentences(segments(said), language)
    return definitions(read, Vocabulary(read, language))


def terms(said: str, code: str = "en") -> dict[str, str]:
    """What each term is said to be."""
    return {each.term: each.says for each in found(said, code)}


ENZYME = "a protein that speeds up one reaction of the cell"
NAMED = "The plant stores what it has made in small grains, and these grains are called starch."


@pytest.mark.parametrize(
    ("code", "said", "term", "says"),
    [
        ("en", "An enzyme is {}. Every enzyme has its shape.", "enzyme", ENZYME),
        ("en", "So, basically, an enzyme is {}. The enzyme works.", "enzyme", ENZYME),
        ("en", "Entropy is {}. Entropy grows.", "Entropy", "the measure of how a system spreads its energy"),
        ("en", "Osmosis means {}. We saw osmosis.", "osmosis", "any flow of water through a thin membrane"),
        ("en", "The ABS stands for {}.", "ABS", "anti-lock braking system"),
        ("en", "Enzymes are {}. Most enzymes are small.", "enzymes", "proteins that speed up one reaction"),
        ("de", "Enzyme sind {}. Viele Enzyme sind klein.", "Enzyme", "Eiweiße, die eine Reaktion beschleunigen"),
        ("es", "Las enzimas son {}. Hay muchas enzimas.", "enzimas", "proteínas que aceleran una reacción"),
        ("de", "Ein Enzym ist {}. Jedes Enzym wirkt.", "Enzym", "ein Eiweiß, das eine Reaktion beschleunigt"),
        ("de", "Die Abkürzung DNA steht für {}.", "DNA", "Desoxyribonukleinsäure und Träger"),
        ("es", "Una enzima es {}. Cada enzima actúa.", "enzima", "una proteína que acelera una reacción"),
        ("es", "La inflación se define como {}. La inflación dura.", "inflación", "la subida de todos los precios"),
        ("fr", "Une enzyme est {}. Chaque enzyme agit.", "enzyme", "une protéine qui accélère une réaction"),
        ("fr", "L'osmose désigne {}. On voit l'osmose.", "osmose", "le passage de l'eau à travers une membrane"),
    ],
)
def test_what_a_term_is_stands_for_it(code: str, said: str, term: str, says: str) -> None:
    assert terms(said.format(says), code) == {term: says}


@pytest.mark.parametrize(
    ("code", "term", "says"),
    [
        ("en", "starch", NAMED),
        ("en", "mitochondrion", "A cell burns sugar in a small organelle known as the mitochondrion."),
        (
            "en",
            "sunk costs",
            "Money that no later decision of a company brings back is what economists call sunk costs.",
        ),
        ("en", "stomata", "The leaf opens many small pores at night. We call them stomata."),
        ("de", "Osmose", "Den Durchtritt von Wasser durch eine dünne Membran nennt man Osmose."),
        ("de", "Mitochondrium", "Die Zelle verbrennt Zucker in einem Organell, das als Mitochondrium bezeichnet wird."),
        ("de", "Spaltöffnungen", "Das Blatt öffnet nachts viele kleine Poren, die Spaltöffnungen genannt werden."),
        ("de", "Inflation", "Unter Inflation versteht man den Anstieg aller Preise über lange Zeit."),
        ("de", "Fixkosten", "Kosten, die keine Entscheidung der Firma mehr ändert, sind sogenannte Fixkosten."),
        ("es", "ósmosis", "El paso del agua por una membrana fina se llama ósmosis."),
        ("es", "mitocondria", "La célula quema azúcar en un orgánulo pequeño conocido como mitocondria."),
        ("fr", "gabelle", "L'impôt que le peuple versait au roi sur le sel s'appelait la gabelle."),
        ("fr", "osmose", "Le passage de l'eau à travers une membrane fine s'appelle l'osmose."),
        ("fr", "inflation", "On appelle inflation la hausse durable de tous les prix du marché."),
        ("fr", "mitochondrie", "La cellule brûle du sucre dans un petit organite appelé mitochondrie."),
    ],
)
def test_a_sentence_that_names_what_it_describes_explains_the_name(code: str, term: str, says: str) -> None:
    assert terms(says, code) == {term: says}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "It is a kind of protein that speeds up one reaction. The protein works."),
        ("en", "The enzyme is a bit of a problem for every cell. Enzyme, enzyme."),
        ("en", "Is an enzyme a protein that speeds up a reaction? An enzyme, maybe."),
        ("en", f"I do not think that an enzyme is {ENZYME}. The enzyme is no such thing."),
        ("en", "We used a thing called flimflam to mend the broken old bicycle."),
        ("en", "They called him yesterday about the old house near the river."),
        ("en", "An enzyme is an an enzyme is a protein that speeds up a reaction."),
        ("en", "The committee called off the meeting about the old bridge over the river."),
        ("en", "This lecture is a short introduction to enzymes and cells. Lecture two is next."),
        ("de", "Das ist ein Eiweiß, das eine Reaktion der Zelle beschleunigt."),
        ("de", "Das heißt, die Zelle beschleunigt eine Reaktion mit einem Eiweiß."),
        ("es", "Esto es una proteína que acelera una reacción de la célula."),
        ("fr", "C'est une protéine qui accélère une réaction de la cellule."),
        ("en", "An enzyme is a protein that does not just sit in the cell. The enzyme works."),
        ("de", "Ein Enzym ist ein Eiweiß, das nicht nur in der Zelle liegt. Jedes Enzym wirkt."),
        ("es", "Una enzima es una proteína que no solo está en la célula. Cada enzima actúa."),
        ("fr", "Une enzyme est une protéine qui ne reste pas seulement dans la cellule. Une enzyme agit."),
    ],
)
def test_what_only_looks_like_a_definition_is_none(code: str, said: str) -> None:
    assert terms(said, code) == {}


def test_a_word_that_no_list_has_and_that_is_said_once_was_misheard() -> None:
    said = "The carpenter strikes nails with a hammer, in a readiness called zuhandenhite."
    assert terms(said) == {}
    assert list(terms(f"{said} Then zuhandenhite breaks.")) == ["zuhandenhite"]


def test_what_says_is_always_said_in_the_lecture() -> None:
    said = f"An enzyme is {ENZYME}, and we will talk about it next week. The enzyme works. {NAMED}"
    for each in found(said):
        assert each.says in said
        assert each.quote in said
        assert "next week" not in each.says


def test_what_a_thing_does_beside_something_else_is_a_definition() -> None:
    says = "a protein that not only holds the cell together but speeds up its reactions"
    assert terms(f"An enzyme is {says}. The enzyme works.") == {"enzyme": says}


@pytest.mark.parametrize(
    ("code", "said", "rest"),
    [
        ("en", "Many small pores that a leaf opens at night are called stomata", "and you'll get that next month"),
        ("en", "Many small pores that a leaf opens at night are called stomata", "and you will read about their cells"),
        ("de", "Den Durchtritt von Wasser durch eine dünne Membran nennt man Osmose", "und das werdet ihr noch sehen"),
        ("es", "El paso del agua por una membrana fina se llama ósmosis", "y ya lo veréis con las plantas"),
        (
            "fr",
            "Le passage de l'eau à travers une membrane fine s'appelle l'osmose",
            "et vous le verrez chez les plantes",
        ),
    ],
)
def test_what_students_are_promised_is_no_part_of_a_definition(code: str, said: str, rest: str) -> None:
    assert list(terms(f"{said}, {rest}.", code).values()) == [f"{said}."]


def test_the_clearest_definition_of_a_term_stays() -> None:
    said = f"Cells use a protein called enzyme. An enzyme is {ENZYME}. The ENZ stands for enzyme of zinc."
    assert terms(said)["enzyme"] in {ENZYME, "Cells use a protein called enzyme for every single reaction."}
    assert len(terms(said)) == 2
