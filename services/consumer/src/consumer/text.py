"""Texts from outside, made fit for the database, the logs and a reader. Pure."""

import re

CREDENTIALS = re.compile(r"(?<=://)[^\s/@]+@")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def printable(text: str) -> str:
    """Without what Postgres and UTF-8 do not take: NUL, other control characters, halves of surrogate pairs."""
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def without_credentials(text: str) -> str:
    """Without the user names and passwords of addresses: `http://user:password@host` becomes `http://…@host`."""
    return CREDENTIALS.sub("…@", text)
