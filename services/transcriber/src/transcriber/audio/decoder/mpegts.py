"""Transport streams are joined by putting one behind the other, and a broadcast changes its tracks as it likes.

libav hears the first track that it finds: of one with another codec nothing, of one that begins later not even that it
is there. So each stretch between two changes of the streams that a program has is read as a file.
ISO/IEC 13818-1, 2.4.3 and 2.4.4: packets of 188 bytes; packet 0x0000 lists the programs, theirs list the streams.
"""

from collections.abc import Iterator
from typing import BinaryIO

PACKET_BYTES = 188
SYNC = 0x47
PROGRAMS_PID = 0
PROGRAMS_TABLE, STREAMS_TABLE = 0, 2
CHECKSUM_BYTES = 4
STEP_BYTES = 8192 * PACKET_BYTES
MOST_PROGRAMS, MOST_STARTS = 32, 100  # a file that has or changes more is heard as it is

Streams = list[tuple[int, int]]
"""What a program has: the type and the packet id of each stream."""
Table = tuple[int, int, bytes]
"""Where its packet lies in what was read, the packet's id, and the section that begins in it."""


def is_stream(head: bytes) -> bool:
    """Whether a file that begins like this is a transport stream."""
    return len(head) > PACKET_BYTES and head[0] == head[PACKET_BYTES] == SYNC


def starts(file: BinaryIO) -> list[int]:
    """Where the file begins, and where it lists other programs, or a program has other streams."""
    changes = _Changes()
    at = 0
    while step := file.read(STEP_BYTES):
        for offset, pid, section in _tables(step, changes.programs):
            changes.read(at + offset, pid, section)
        if len(changes.places) >= MOST_STARTS:
            return [0]
        at += len(step)
    return sorted({0, *changes.places})


class _Changes:
    """Reads tables in the file's order; `places` are where they begin to say something else."""

    def __init__(self) -> None:
        self.places: list[int] = []
        self.programs: set[int] = set()
        self._streams: dict[int, Streams] = {}
        self._listed_at = 0

    def read(self, at: int, pid: int, section: bytes) -> None:
        """The table that lies at `at`."""
        if pid == PROGRAMS_PID:
            self._listed_at = at
            listed = programs_of(section)
            if self.programs and listed and listed != self.programs:
                self._begin()
            self.programs = listed or self.programs
        elif streams := streams_of(section):
            if self._streams.get(pid, streams) != streams:
                self._begin()
            self._streams[pid] = streams

    def _begin(self) -> None:
        """With the list of programs that comes before the streams: without one libav finds nothing."""
        self.places.append(self._listed_at)
        self._streams.clear()


def _tables(step: bytes, programs: set[int]) -> list[Table]:
    """All tables of programs, and of the streams of those that are known or listed here."""
    ids = step[1::PACKET_BYTES], step[2::PACKET_BYTES]
    lists = list(_of(step, ids, PROGRAMS_PID))
    listed = programs.union(*(programs_of(section) for _, _, section in lists))
    streams = (table for pid in sorted(listed)[:MOST_PROGRAMS] for table in _of(step, ids, pid))
    return sorted([*lists, *streams])


def _of(step: bytes, ids: tuple[bytes, bytes], pid: int) -> Iterator[Table]:
    """The sections that begin in packets of one id; `ids` are the high and the low bytes of all.

    Few packets have it: the two columns are searched, which takes no time, not each packet looked at.
    """
    high, low = ids
    number = low.find(pid & 0xFF)
    while number >= 0:
        if high[number] & 0x5F == 0x40 | pid >> 8:  # a section begins here
            offset = number * PACKET_BYTES
            yield offset, pid, _section(step[offset : offset + PACKET_BYTES])
        number = low.find(pid & 0xFF, number + 1)


def _section(packet: bytes) -> bytes:
    """As much of it as is in the packet; empty where that is damaged."""
    if len(packet) < PACKET_BYTES or packet[0] != SYNC:
        return b""
    begins = 5 + packet[4] if packet[3] & 0x20 else 4
    begins += 1 + packet[begins] if begins < PACKET_BYTES else 0
    section = packet[begins:]
    length = (section[1] & 0x0F) << 8 | section[2] if len(section) > 3 else 0
    return section[: 3 + length - CHECKSUM_BYTES]


def programs_of(section: bytes) -> set[int]:
    """The packet ids of the programs' own tables."""
    if section[:1] != bytes([PROGRAMS_TABLE]):
        return set()
    entries = (section[at : at + 4] for at in range(8, len(section) - 3, 4))
    return {(entry[2] & 0x1F) << 8 | entry[3] for entry in entries if entry[:2] != b"\0\0"}  # that is the network's


def streams_of(section: bytes) -> Streams:
    """The streams of a program."""
    if section[:1] != bytes([STREAMS_TABLE]) or len(section) < 12:
        return []
    found: Streams = []
    at = 12 + ((section[10] & 0x0F) << 8 | section[11])
    while at + 5 <= len(section):
        kind, high, low, more, length = section[at : at + 5]
        found.append((kind, (high & 0x1F) << 8 | low))
        at += 5 + ((more & 0x0F) << 8 | length)
    return found
