"""The recordings that were joined into one file, each as a file by itself, where libav would hear the first alone."""

import os
from collections.abc import Iterator
from typing import BinaryIO

from transcriber.audio.decoder import mpegts, ogg


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
    """The links of a file that has several; any other file as it is."""
    starts = _starts(file)
    file.seek(0)
    if len(starts) < 2:
        yield file
        return
    size = os.fstat(file.fileno()).st_size
    for start, end in zip(starts, [*starts[1:], size], strict=True):
        yield Link(file, start, end)


def _starts(file: BinaryIO) -> list[int]:
    head = file.read(2 * mpegts.PACKET_BYTES)
    file.seek(0)
    if head.startswith(ogg.CAPTURE):
        return ogg.starts(file)
    return mpegts.starts(file) if mpegts.is_stream(head) else []
