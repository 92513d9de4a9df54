"""The costs on paper are those of the price list."""

import re

import pytest

from consumer.study.cost.prices import Tokens, cost_usd
from consumer.study.providers.registry import LANGUAGE_MODELS
from tests.support.infra.machine import ROOT

README = (ROOT / "infra/README.md").read_text()
PRICES = {model: price for entry in LANGUAGE_MODELS.values() for model, price in entry.prices.items()}
LECTURE_HOUR = Tokens(input=1_000, output=12_000, cache_read=15_000, cache_write=15_000)


def table() -> dict[str, str]:
    """Model and dollars, of the table with one row."""
    found = re.search(r"\n\| (claude.*) \|\n\|[-|]+\|\n\| (.*) \|\n", README)
    assert found
    names = [name.removesuffix(" (default)") for name in found[1].split(" | ")]
    return dict(zip(names, found[2].split(" | "), strict=True))


@pytest.mark.parametrize("model", sorted(set(table()) & set(PRICES)))
def test_a_lecture_hour_costs_what_the_price_list_says(model: str) -> None:
    assert table()[model] == f"${cost_usd(PRICES[model], LECTURE_HOUR):.2f}"


def test_every_number_of_tokens_is_in_the_text() -> None:
    for tokens in (LECTURE_HOUR.cache_write, LECTURE_HOUR.input, LECTURE_HOUR.output):
        assert f"{tokens:,}" in README
    assert len(set(table()) & set(PRICES)) == 4
