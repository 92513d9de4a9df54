"""The picture of a lecture."""

import re

from consumer.export.timeline import timeline
from tests.support.consumer.study_page import MATERIAL, SAID
from tests.support.consumer.study_samples import transcript


def test_each_note_section_and_gap_has_its_place_in_percent_of_the_lecture() -> None:
    picture = timeline(MATERIAL, SAID)
    half = round(MATERIAL.cards[1].proof.start_s / SAID.duration_s * 100, 3)
    assert f'cx="{half}%" cy="67.0" r="4.5" data-note="card-c2"' in picture
    assert picture.count('data-note="item-') == 2
    assert picture.count('class="part ') == 2
    assert picture.count('class="gap"') == 1


def test_nothing_lies_outside_the_picture() -> None:
    late = tuple(
        card.model_copy(update={"proof": card.proof.model_copy(update={"start_s": 9e9})}) for card in MATERIAL.cards
    )
    picture = timeline(MATERIAL.model_copy(update={"cards": late}), SAID)
    assert all(0 <= float(place) <= 100 for place in re.findall(r'\bc?x="([\d.]+)%"', picture))


def test_a_lecture_without_speech_has_an_empty_picture() -> None:
    assert "NaN" not in timeline(MATERIAL.model_copy(update={"outline": None, "cards": (), "quiz": ()}), transcript())
