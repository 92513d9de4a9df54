"""A body that its client has compressed, unpacked as it comes: https://www.rfc-editor.org/rfc/rfc9110#field.content-encoding."""

import zlib
from typing import Protocol

from transcriber.errors import BadOption, MediaError

EITHER_HEADER = zlib.MAX_WBITS | 32  # gzip's or zlib's: some clients call one by the other's name
PIECE_BYTES = 1 << 18  # unpacked at a time: a small body may hold gigabytes
PLAIN = ("", "identity")
PACKED = ("gzip", "x-gzip", "deflate")


class Sink(Protocol):
    """Takes a body's bytes."""

    def write(self, data: bytes) -> None: ...

    def finish(self) -> None: ...


class Unpacked:
    """Hands on what the compressed bytes hold, `max_bytes` of it at most; then it raises `too_large`."""

    def __init__(self, sink: Sink, max_bytes: int, too_large: MediaError) -> None:
        self._sink = sink
        self._left = max_bytes
        self._too_large = too_large
        self._decompressor = zlib.decompressobj(EITHER_HEADER)

    def write(self, data: bytes) -> None:
        """Some bytes. Raises BadOption where they are not compressed, `too_large`, and what the sink raises."""
        while data:
            try:
                piece = self._decompressor.decompress(data, PIECE_BYTES)
            except zlib.error as error:
                raise BadOption(f"the body is not what its Content-Encoding says: {error}") from None
            self._left -= len(piece)
            if self._left < 0:
                raise self._too_large
            self._sink.write(piece)
            data = self._decompressor.unconsumed_tail

    def finish(self) -> None:
        """The body is whole. Raises BadOption where it was cut short, and what the sink raises."""
        if not self._decompressor.eof:
            raise BadOption("the compressed body ends before its end: it was cut short")
        self._sink.finish()


def unpacked(encoding: str, sink: Sink, max_bytes: int, too_large: MediaError) -> Sink:
    """`sink` for a body in this Content-Encoding. Raises BadOption for one that is not supported."""
    name = encoding.strip().lower()
    if name in PLAIN:
        return sink
    if name in PACKED:
        return Unpacked(sink, max_bytes, too_large)
    raise BadOption(f"Content-Encoding {encoding[:40]!r} is not supported: use gzip, deflate or none")
