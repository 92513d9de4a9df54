"""The costs on paper are those of the price list and of the estimate that is held against MAX_COST_USD."""

import re

import pytest

from consumer.models import Segment
from consumer.study.allocate import assign
from consumer.study.cost.estimate import estimate_usd, wanted
from consumer.study.plan import StudyPlan
from consumer.study.providers.registry import LANGUAGE_MODELS
from consumer.study.split import parts
from tests.support.infra.machine import ROOT

README = (ROOT / "infra/README.md").read_text()
PRICES = {model: price for entry in LANGUAGE_MODELS.values() for model, price in entry.prices.items()}
SENTENCE = "which makes a sentence of fifteen words, as people say them in such a lecture."
HOUR = [
    Segment(
        id=number,
        start=6.0 * number,
        end=6.0 * number + 6,
        text=SENTENCE,
        avg_logprob=-0.2,
        compression_ratio=1.5,
        no_speech_prob=0,
        temperature=0,
    )
    for number in range(600)
]


def table() -> dict[str, tuple[str, str]]:
    """By model the dollars with and without the second pass, of the table in the text."""
    found = re.search(
        r"\n\| \| (claude.*) \|\n\|[-|]+\|\n\| with .*? \| (.*) \|\n\| `STUDY_VERIFY=0` \| (.*) \|\n", README
    )
    assert found
    names = [name.removesuffix(" (default)") for name in found[1].split(" | ")]
    return dict(zip(names, zip(found[2].split(" | "), found[3].split(" | "), strict=True), strict=True))


@pytest.mark.parametrize("model", sorted(set(table()) & set(PRICES)))
def test_a_lecture_hour_costs_what_is_estimated(model: str) -> None:
    read, price = parts(HOUR), PRICES[model]
    notes = wanted(assign(read, None, StudyPlan()))
    seen = [estimate_usd(read, *notes, price, judge) for judge in (price, None)]
    assert [float(cell.removeprefix("$")) for cell in table()[model]] == pytest.approx(seen, abs=0.01)


def test_the_table_has_four_models_and_the_way_without_any() -> None:
    assert len(set(table()) & set(PRICES)) == 4
    assert table()["extractive"] == ("nothing", "nothing")
