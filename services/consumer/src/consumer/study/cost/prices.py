"""What tokens cost, for the manifest. A model that is not listed costs 0, and the assets say so."""

from collections.abc import Mapping
from dataclasses import dataclass

PRICES_AS_OF = "2026-11-23"
"""Of the prices in providers/registry.py. From https://platform.claude.com/docs/en/about-claude/pricing and https://developers.openai.com/api/docs/pricing"""


BATCH_SHARE = 0.5
"""Of the list price, for all tokens of a batch: https://platform.claude.com/docs/en/build-with-claude/batch-processing"""


@dataclass(frozen=True)
class Price:
    """Dollars per million tokens: plain input, output, input read from the cache, input written to it."""

    input: float
    output: float
    cache_read: float
    cache_write: float


@dataclass(frozen=True)
class Tokens:
    """What one answer used; the four are disjoint."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0


def cost_usd(price: Price | None, used: Tokens) -> float:
    """At list price, without taxes and discounts; 0 for a model that is not listed."""
    if price is None:
        return 0.0
    dollars = (
        used.input * price.input
        + used.output * price.output
        + used.cache_read * price.cache_read
        + used.cache_write * price.cache_write
    )
    return dollars / 1_000_000


def unpriced(model: str, prices: Mapping[str, Price]) -> tuple[str, ...]:
    """A warning for a model whose price we do not know."""
    if model in prices:
        return ()
    return (f"The price of {model} is not known (list of {PRICES_AS_OF}), so its cost is counted as 0.",)
