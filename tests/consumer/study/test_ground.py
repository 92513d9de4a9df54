"""Finding a quote in the lecture."""

import pytest

from consumer.study.ground import Ground
from consumer.study.schema import Chunk
from tests.support.consumer.study_samples import chunk, segments


def test_a_quote_is_found_with_the_segment_and_the_second_it_was_said() -> None:
    ground = Ground(chunk("Hello and welcome here.", "The sun is eight minutes away."))
    proof = ground.find("sun is eight minutes")
    assert proof
    assert (proof.segment_ids, proof.start_s, proof.quote) == ((1,), 1.5, "sun is eight minutes")


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
