"""Sections, terms and times out of what a provider says a lecture is about."""

from consumer.material import Outline
from consumer.study.outline import Seen, make_outline, misheard, section_at
from consumer.study.schema import Chunk, OutlineDraft, SectionDraft, TermDraft
from tests.support.consumer.study_samples import segments

SAID = segments(
    *("Hello and welcome to my channel, please subscribe to it now." for _ in range(6)),
    *("Handenheit is the way of being of a hammer that we use well." for _ in range(10)),
    *("Dasein is the being that has its own being as an issue." for _ in range(10)),
)
WHOLE = Chunk(0, SAID)


def _section(first_line: int, title: str = "A topic", *, aside: bool = False) -> SectionDraft:
    return SectionDraft(first_line=first_line, title=title, aside=aside)


def _made(*sections: SectionDraft, terms: tuple[TermDraft, ...] = ()) -> Outline:
    made = make_outline([Seen(WHOLE, OutlineDraft("About being.", sections, terms))], None, "en")
    assert made
    return made


def _term(heard: str, correct: str, quote: str) -> TermDraft:
    return TermDraft(heard=heard, correct=correct, definition="A way of being.", quote=quote)


def test_sections_cover_the_lecture_in_order_without_gaps_or_overlaps() -> None:
    made = _made(_section(16, "Dasein"), _section(2, "Greeting", aside=True), _section(6, "Hammers"), _section(99))
    assert [(section.id, section.title, section.aside) for section in made.sections] == [
        ("s01", "Greeting", True),
        ("s02", "Hammers", False),
        ("s03", "Dasein", False),
    ]
    times = [(section.start_s, section.end_s) for section in made.sections]
    assert times == [(0.0, SAID[6].start), (SAID[6].start, SAID[16].start), (SAID[16].start, SAID[-1].end)]


def test_without_a_section_there_is_no_outline() -> None:
    assert make_outline([Seen(WHOLE, OutlineDraft("A summary."))], None, "en") is None


def test_a_lecture_that_is_all_asides_is_taught_all_the_same() -> None:
    made = _made(_section(0, aside=True), _section(16, aside=True))
    assert not any(section.aside for section in made.sections)


def test_a_turn_of_seconds_is_no_section() -> None:
    assert [section.title for section in _made(_section(0, "One"), _section(1, "Two")).sections] == ["One"]


def test_a_term_has_its_proof_its_section_and_what_was_heard() -> None:
    quote = "Handenheit is the way of being of a hammer"
    made = _made(_section(0), _section(6), terms=(_term("Handenheit", "Zuhandenheit", quote),))
    (term,) = made.terms
    assert (term.heard, term.correct, term.section, term.proof.quote) == ("Handenheit", "Zuhandenheit", "s02", quote)
    assert misheard(made.terms) == (("Handenheit", "Zuhandenheit"),)


def test_a_term_that_was_not_said_or_stands_in_an_aside_is_none() -> None:
    invented = _term("Angst", "Angst", "Angst is what we feel before nothing")
    greeting = _term("channel", "channel", "welcome to my channel, please subscribe")
    assert _made(_section(0, aside=True), _section(6), terms=(invented, greeting)).terms == ()


def test_a_word_that_was_never_heard_so_is_not_called_misheard() -> None:
    term = _term("Zuhandene", "Zuhandenheit", "Handenheit is the way of being")
    assert misheard(_made(_section(0), terms=(term,)).terms) == ()


def test_a_term_is_kept_once_where_it_is_said_first() -> None:
    quotes = ("Dasein is the being that has its own", "Handenheit is the way of being of")
    made = _made(_section(0), terms=(_term("being", "Being", quotes[0]), _term("being", "being", quotes[1])))
    assert [term.proof.segment_ids for term in made.terms] == [(6,)]


def test_parts_are_joined_and_a_section_that_goes_on_over_the_border_is_one() -> None:
    first, second = Chunk(0, SAID[:16]), Chunk(1, SAID[16:])
    seen = [
        Seen(first, OutlineDraft("One.", (_section(0, "Greeting", aside=True), _section(6, "Hammers")))),
        Seen(second, OutlineDraft("Two.", (_section(16, "Still hammers"),))),
    ]
    joined = OutlineDraft("The whole.", (_section(6, "Hammers and Dasein"), _section(11, "Not one of them")))
    made = make_outline(seen, joined, "en")
    assert made
    assert made.summary == "The whole."
    assert [section.title for section in made.sections] == ["Greeting", "Hammers and Dasein"]
    alone = make_outline(seen, None, "en")
    assert alone
    assert (alone.summary, len(alone.sections)) == ("One. Two.", 3)


def test_what_is_said_at_a_second_belongs_to_one_section() -> None:
    sections = _made(_section(0), _section(16)).sections
    assert section_at(sections, SAID[16].start) == sections[1]
    assert section_at((), 5.0) is None
