"""Finding a quote in the lecture."""

import pytest

from consumer.models import Word
from consumer.study.ground import Ground
from consumer.study.schema import Chunk
from tests.support.consumer.study_samples import chunk, segments


def test_a_quote_is_found_with_the_segment_and_the_second_it_was_said() -> None:
    ground = Ground(chunk("Hello and welcome here.", "The sun is eight minutes away."))
    proof = ground.find("sun is eight minutes")
    assert proof
    assert (proof.segment_ids, proof.start_s, proof.quote) == ((1,), 1.8, "sun is eight minutes")


@pytest.mark.parametrize(
    "quote",
    [
        "THE SUN ISN'T  far — it's “eight minutes” away",
        "the sun isn’t far, it’s eight minutes away.",
        "The ｓｕｎ isnʼt far; its eight minutes away!!",
    ],
)
def test_case_punctuation_and_quotation_marks_do_not_matter(quote: str) -> None:
    proof = Ground(chunk("The sun isn't far: it's eight minutes away.")).find(quote)
    assert proof
    assert proof.quote == "The sun isn't far: it's eight minutes away."


def test_a_quote_across_segments_names_all_of_them() -> None:
    proof = Ground(chunk("First comes the", "second part,", "then the third.")).find("the second part then")
    assert proof
    assert (proof.segment_ids, proof.quote) == ((0, 1, 2), "the second part, then")


@pytest.mark.parametrize("quote", ["The moon is made of cheese", "eight minutes", "", "…", "un is eight minutes awa"])
def test_what_was_not_said_or_proves_nothing_is_not_found(quote: str) -> None:
    assert Ground(chunk("The sun is eight minutes away.")).find(quote) is None


def test_a_quote_cannot_bridge_a_passage_that_was_left_out() -> None:
    first, _, third = segments("The sun is", "not at all", "eight minutes away.")
    assert Ground(Chunk(0, (first, third))).find("sun is eight minutes") is None


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("光は一秒間に地球を七周半します。とても速いです。", "地球を七周半します"),
        ("Свет Солнца идёт до Земли восемь минут.", "до земли ВОСЕМЬ минут"),
        ("ضوء الشمس يصل إلى الأرض في ثماني دقائق.", "يصل إلى الأرض"),
        ("सूर्य का प्रकाश आठ मिनट में पहुँचता है।", "प्रकाश आठ मिनट में"),
        ("แสงอาทิตย์ใช้เวลาแปดนาที", "ใช้เวลาแปดนาที"),
    ],
)
def test_quotes_in_other_scripts_are_found(said: str, quote: str) -> None:
    proof = Ground(chunk(said)).find(quote)
    assert proof
    assert proof.segment_ids == (0,)


SAID = (
    "So, um, it's not the case that you know three hundred and five of the beings are at hand.",
    "Handenheit is the name for it, and the the hammer withdraws when we use it well.",
)


@pytest.mark.parametrize(
    "quote",
    [
        "it's not the case that … the beings are at hand",
        "it's not the case that ... the hammer withdraws",
        "it is not the case that you know three hundred and five of the beings",
        "it's not the case that 305 of the beings are at hand",
        "not the case [as he puts it] that three hundred and five of the beings",
        "Zuhandenheit is the name for it, and the hammer withdraws",
        "[Zuhandenheit] is the name for it",
        "the hammer withdraws when we use it well … ",
        "[12] Handenheit is the name for it, [13] and the hammer withdraws",
    ],
)
def test_what_an_honest_writer_tidies_is_found_and_the_proof_has_the_transcripts_own_words(quote: str) -> None:
    proof = Ground(chunk(*SAID)).find(quote)
    assert proof
    assert proof.quote in " ".join(SAID)
    assert proof.written == (quote if proof.quote.rstrip(" ,.") != quote.strip(" …") else None)


@pytest.mark.parametrize(
    "quote",
    [
        "it's the case that three hundred and five of the beings are at hand",
        "it's not the case that 306 of the beings are at hand",
        "the hammer never withdraws when we use it well",
        "Handenheit is … never … we use it well",
        "the screwdriver withdraws when we need it",
        "it … is … it … we … the",
    ],
)
def test_a_quote_that_says_something_else_is_not_found(quote: str) -> None:
    assert Ground(chunk(*SAID)).find(quote) is None


def test_parts_that_lie_minutes_apart_are_no_quote() -> None:
    between = [f"Then came another thing, number {number}, for a while." for number in range(20)]
    ground = Ground(chunk(SAID[0], *between, SAID[1]))
    assert ground.find("the beings are at hand … the name for it, and the hammer") is None


def test_of_words_said_twice_the_place_is_taken_where_the_rest_of_the_quote_was_said() -> None:
    ground = Ground(chunk("The three modes of being are hard.", "The three modes of being come from Aristotle."))
    proof = ground.find("the three modes of being … Aristotle")
    assert proof
    assert proof.segment_ids == (1,)


def test_a_proof_starts_and_ends_with_its_words_where_the_transcriber_gave_their_times() -> None:
    (segment,) = segments("Hello there, the sun is far.")
    times = {"Hello": 0.0, "there,": 1.0, "the": 7.0, "sun": 8.0, "is": 9.0, "far.": 10.0}
    words = tuple(Word(start=at, end=at + 0.5, word=f" {word}", probability=1.0) for word, at in times.items())
    proof = Ground(Chunk(0, (segment.model_copy(update={"words": words}),))).find("the sun is far")
    assert proof
    assert (proof.start_s, proof.end_s) == (7.0, 10.5)


def test_without_word_times_they_are_guessed_by_the_share_of_the_segments_text() -> None:
    proof = Ground(chunk("one two three four five six seven eight nine ten")).find("six seven eight nine ten")
    assert proof
    assert proof.start_s == pytest.approx(3.75 * 24 / 48, abs=0.1)
    assert proof.end_s == pytest.approx(3.75, abs=0.01)
