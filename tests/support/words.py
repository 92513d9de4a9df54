"""Comparing what was heard with what was said."""

import re
import unicodedata

import jiwer

POCKET_WER = 0.039  # of the pocket model at 10 s windows on `lecture.mp3`, by tests/bench/pocket_wer.py
TOLERANCE = 0.05


def word_error_rate(said: str, heard: str) -> float:
    """Wrong words over words said; case, accents and punctuation do not count."""
    return float(jiwer.wer(plain(said), plain(heard)))


def plain(text: str) -> str:
    """The words alone, in small letters without accents; an apostrophe inside a word stays."""
    letters = unicodedata.normalize("NFKD", text.lower().replace("’", "'"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w' ]|_|\B'|'\B", " ", bare).split())
