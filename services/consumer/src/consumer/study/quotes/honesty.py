"""Tells a quote that was tidied from one that was changed. Pure."""

from collections.abc import Sequence

from consumer.study.quotes.alignment import blocks, likeness

NEGATIONS = frozenset({
    "not", "no", "never", "nor", "neither", "without", "nicht", "kein", "keine", "keinen", "keiner", "nie",
    "niemals", "ohne", "ne", "pas", "jamais", "sans", "sin", "nunca", "jamás", "ni", "não", "nem", "non", "mai",
    "senza", "не", "ни", "никогда", "без",
})  # fmt: skip
"""Left out or put in, they turn what was said around."""
MOST_CHANGED = 0.2
"""Of the quote's words, counted as below."""
LEAST_SAME = 0.65
LEAST_SAME_WORDS = 3
CORRECTED = 0.5
"""Likeness from which another spelling may be the same word heard wrongly: "Handenheit" for "Zuhandenheit"."""
CORRECTION, OMISSION, INVENTION = 0.5, 0.5, 1.5
"""What a word costs that was corrected, left out, or put in or exchanged."""


def is_honest(quote: Sequence[str], said: Sequence[str]) -> bool:
    """Whether all that differs between a quote's words and those said is what an honest copyist changes.

    Both are canonical words. Numbers and negations have to be the same.
    """
    changed, same = 0.0, 0
    for written, heard in blocks(quote, said):
        if written == heard:
            same += len(written)
            continue
        if _turned(written, heard):
            return False
        changed += _cost(written, heard)
    needed = max(LEAST_SAME_WORDS, LEAST_SAME * len(quote))
    return same >= needed and changed <= max(MOST_CHANGED * len(quote), CORRECTION)


def _turned(written: Sequence[str], heard: Sequence[str]) -> bool:
    """Whether a number or a negation is on one side only."""
    return _weighty(written) != _weighty(heard)


def _weighty(words: Sequence[str]) -> list[str]:
    return sorted(
        "not" if word in NEGATIONS else word for word in words if word in NEGATIONS or any(map(str.isdigit, word))
    )


def _cost(written: Sequence[str], heard: Sequence[str]) -> float:
    if not written:
        return OMISSION * len(heard)
    if heard and likeness("".join(written), "".join(heard)) >= CORRECTED:
        return CORRECTION * len(written)
    return INVENTION * max(len(written), len(heard))
