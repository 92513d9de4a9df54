"""Where a sentence ends, by its marks, and which scripts have no spaces."""

import re

SENTENCE_END = (".", "?", "!", "。", "？", "！", "…", "।", "؟")
STOPS = ".…。।"  # which a model puts where it does not know how the sentence goes on
OPENING, CLOSING = "\"'“‘«([", "\"'”’»)]"
SPACELESS = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef…]")  # Chinese and Japanese, with their marks
ABBREVIATION = re.compile(r"(Mrs?|Ms|Drs?|Prof|St|Mt|Jr|vs|Fig|e\.g|i\.e|([A-Z]\.)*[A-HJ-Z])\.")  # I. is a sentence


def ends_sentence(word: str) -> bool:
    """Whether a word, with its marks, is the last one of a sentence."""
    text = word.strip().rstrip(CLOSING)
    return text.endswith(SENTENCE_END) and not ABBREVIATION.fullmatch(text.lstrip(OPENING))
