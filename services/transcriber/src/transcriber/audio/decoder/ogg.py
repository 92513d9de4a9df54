"""Ogg files may be chained: whole streams one after the other, as internet radio is recorded.

libav refuses a link whose rate, channels or codec differ from the first one's, so each link is read as a file.
https://www.xiph.org/ogg/doc/framing.html
"""

import re
from typing import BinaryIO

CAPTURE = b"OggS"
PAGE = re.compile(rb"OggS\x00(.)", re.DOTALL)  # version 0, flags
FIRST_OF_STREAM = 2  # in the flags
STEP_BYTES = 1 << 20


def starts(file: BinaryIO) -> list[int]:
    """Where a link begins: at a stream's first page that follows one which is none."""
    found: list[int] = []
    was_first, at, tail = False, 0, b""
    while step := file.read(STEP_BYTES):
        text = tail + step
        for page in PAGE.finditer(text):
            first = bool(page[1][0] & FIRST_OF_STREAM)
            if first and not was_first:
                found.append(at - len(tail) + page.start())
            was_first = first
        at += len(step)
        tail = text[-5:] if not PAGE.search(text[-5:]) else b""
    return found
