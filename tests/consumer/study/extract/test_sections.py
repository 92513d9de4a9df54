"""Where a lecture turns to other words, found without a language model."""

from itertools import pairwise

from consumer.study.extract.notes import extract
from tests.support.consumer.study_samples import segments

HEART = [
    "The heart has four chambers and a valve at each door.",
    "A valve lets the blood pass and closes behind it.",
    "From the left chamber the blood goes into the aorta.",
    "The aorta is wide, and the valve at its root is strong.",
    "When the heart rests, the valve keeps the blood from falling back.",
]
LEAF = [
    "A leaf drinks light with its chlorophyll.",
    "The chlorophyll sits in a chloroplast, and the leaf has many of them.",
    "Each chloroplast makes sugar for the leaf from light and air.",
    "At night the chloroplast rests, and the chlorophyll waits for light.",
    "In autumn the leaf loses its chlorophyll and turns yellow.",
]


def test_a_section_begins_where_the_words_change_and_is_called_by_its_terms() -> None:
    said = [f"{sentence} That was point {number} here." for number in range(16) for sentence in HEART]
    said += [f"{sentence} That was point {number} there." for number in range(16) for sentence in LEAF]
    spoken = segments(*said)
    first, second = extract(spoken, "en").passages
    assert (first.first, second.first) == (0, 16 * len(HEART))
    assert "valve" in first.terms
    assert "chlorophyll" in second.terms


def test_a_short_talk_has_one_section_at_most() -> None:
    assert len(extract(segments(*HEART, *LEAF), "en").passages) <= 1


def test_no_section_is_shorter_than_two_minutes() -> None:
    said = [f"{sentence} Point {number}." for number in range(40) for sentence in (*HEART, *LEAF)]
    spoken = segments(*said)
    starts = [spoken[each.first].start for each in extract(spoken, "en").passages]
    assert all(later - earlier >= 120 for earlier, later in pairwise(starts))


def test_captions_without_stops_have_sections_and_terms_with_short_quotes() -> None:
    said = [f"{sentence.lower()[:-1]} at point {number}" for number in range(16) for sentence in HEART]
    found = extract(segments(*said), "en")
    assert found.passages
    assert {each.term for each in found.key_terms} >= {"valve", "aorta"}
    assert all(len(each.quote.split()) <= 50 for each in found.key_terms)
