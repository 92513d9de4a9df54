"""Ogg files may be chained: whole streams one after the other, as internet radio is recorded.

libav refuses a link whose rate, channels or codec differ from the first one's, so each link is read as a file.
https://www.xiph.org/ogg/doc/framing.html
"""

import os
import re
from collections.abc import Iterator
from typing import BinaryIO

PAGE = re.compile(rb"OggS\x00(.)", re.DOTALL)  # version 0, flags
FIRST_OF_STREAM = 2  # in the flags
STEP_BYTES = 1 << 20


class Link:
    """The bytes from `start` to before `end` of a file, as a file."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self._file, self._start, self._end = file, start, end
        file.seek(start)

    def read(self, size: int) -> bytes:
        """At most `size` bytes."""
        return self._file.read(max(0, min(size, self._end - self._file.tell())))

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """The new position, counted from the link's start."""
        origin = {os.SEEK_SET: self._start, os.SEEK_CUR: self._file.tell(), os.SEEK_END: self._end}[whence]
        return self._file.seek(max(self._start, origin + offset)) - self._start

    def tell(self) -> int:
        """The position, counted from the link's start."""
        return self._file.tell() - self._start


def links(file: BinaryIO) -> Iterator[BinaryIO | Link]:
    """The links of an Ogg file that has several; any other file as it is."""
    starts = _starts(file) if file.read(4) == b"OggS" else []
    file.seek(0)
    if len(starts) < 2:
        yield file
        return
    size = os.fstat(file.fileno()).st_size
    for start, end in zip(starts, [*starts[1:], size], strict=True):
        yield Link(file, start, end)


def _starts(file: BinaryIO) -> list[int]:
    """Where a link begins: at a stream's first page that follows one which is none."""
    starts: list[int] = []
    was_first, at, tail = False, 0, b""
    file.seek(0)
    while step := file.read(STEP_BYTES):
        text = tail + step
        for page in PAGE.finditer(text):
            first = bool(page[1][0] & FIRST_OF_STREAM)
            if first and not was_first:
                starts.append(at - len(tail) + page.start())
            was_first = first
        at += len(step)
        tail = text[-5:] if not PAGE.search(text[-5:]) else b""
    return starts
