"""Where phrases begin in scripts without spaces, as BudouX's small models find them.

https://github.com/google/budoux
"""

import re
from collections.abc import Sequence
from itertools import accumulate

import budoux

KANA, THAI, HAN = re.compile("[\u3040-\u30ff]"), re.compile("[\u0e00-\u0e7f]"), re.compile("[\u3400-\u9fff]")
TRADITIONAL = re.compile("[們這說個來時會為對學國]")  # Chinese characters that are simplified otherwise


def phrase_starts(texts: Sequence[str]) -> frozenset[int]:
    """The places between texts that follow on each other where a phrase begins; none in scripts with spaces.

    The script is that of the whole: Japanese where there is any kana.
    """
    whole = "".join(texts)
    parser = _parser(whole)
    if parser is None:
        return frozenset()
    begins = frozenset(accumulate(map(len, parser.parse(whole))))
    return frozenset(place for place, at in enumerate(accumulate(map(len, texts)), 1) if at in begins)


def _parser(text: str) -> budoux.Parser | None:
    if KANA.search(text):
        return budoux.load_default_japanese_parser()
    if THAI.search(text):
        return budoux.load_default_thai_parser()
    if TRADITIONAL.search(text):
        return budoux.load_default_traditional_chinese_parser()
    return budoux.load_default_simplified_chinese_parser() if HAN.search(text) else None
