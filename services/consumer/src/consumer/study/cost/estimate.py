"""What writing about a lecture will cost, before anything is asked."""

from collections.abc import Sequence

from consumer.study.allocate import Assignment
from consumer.study.cost.prices import BATCH_SHARE, Price
from consumer.study.schema import Chunk
from consumer.study.split import CHUNK_CHARACTERS, INSTRUCTIONS_TOKENS, characters_of, speech_s, tokens_of

CARD_TOKENS, ITEM_TOKENS, VERDICT_TOKENS = 110, 300, 45
"""Of a written note and of a verdict: the stand-ins' real prompts and notes counted, and a little more."""
SECTION_TOKENS, TERM_TOKENS = 90, 80
TERMS_AN_HOUR, SECTIONS_AN_HOUR = 30, 10
JUDGED_TOKENS = 260
"""Read by the judge of one note: passage, question, answers."""
REPAIRED_SHARE = 0.2
"""Of the notes, at most usually."""


def estimate_usd(
    parts: Sequence[Chunk], cards: int, items: int, price: Price, judge: Price | None, *, batched: bool = False
) -> float:
    """At list price: each part is read once in full and then from the cache, by every request that is about it.

    `judge` is the price of the model that verifies; None where nothing is verified. `batched` is at half price, where
    each request reads in full, but its own stretch only.
    """
    hours = sum(speech_s(part.segments) for part in parts) / 3600
    notes = cards * CARD_TOKENS + items * ITEM_TOKENS
    written = notes * (1 + (REPAIRED_SHARE if judge else 0))
    outlined = hours * (SECTION_TOKENS * SECTIONS_AN_HOUR + TERM_TOKENS * TERMS_AN_HOUR)
    rereads = 0.0
    fresh = 0
    for part in parts:
        times = 3 if judge else 2
        requests = max(round(characters_of(part.segments) / CHUNK_CHARACTERS), 1) * times
        fresh += tokens_of(part.segments) + INSTRUCTIONS_TOKENS
        read = times if batched else requests
        rereads += read * tokens_of(part.segments) + requests * INSTRUCTIONS_TOKENS
    first, again = (price.input, price.input) if batched else (price.cache_write, price.cache_read)
    dollars = fresh * first + rereads * again + (written + outlined) * price.output
    if judge:
        judged = (cards + items) * (1 + REPAIRED_SHARE)
        dollars += judged * (JUDGED_TOKENS * judge.input + VERDICT_TOKENS * judge.output)
    return dollars * (BATCH_SHARE if batched else 1) / 1_000_000


def wanted(assigned: Sequence[Assignment]) -> tuple[int, int]:
    """Cards and quiz items in all."""
    cards = sum(share.count for each in assigned for share in each.cards)
    return cards, sum(share.count for each in assigned for share in each.quiz)
