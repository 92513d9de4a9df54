"""Comparing what was heard with what was said."""

import re

import jiwer

POCKET_WER = 0.039  # of the pocket model at 10 s windows on the sample lecture, by tests/bench/pocket_wer.py
TOLERANCE = 0.05


def word_error_rate(said: str, heard: str) -> float:
    """Wrong words over words said; case and punctuation do not count."""
    return float(jiwer.wer(_plain(said), _plain(heard)))


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower()).split())
