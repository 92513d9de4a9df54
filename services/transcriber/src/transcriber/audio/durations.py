"""How long a file says it is, from a few bytes of the commonest formats: for predictions before it is read.

The decoder's word comes later and counts more. Everything here is a claim by whoever sent the file, read on the event
loop, so the cost of a hostile file counts: a few reads of fixed size. The library for this, tinytag 2.3, was tried: it
takes 13 s for 20 MB that only begin like MP3, 1 GiB of memory for a WAV with a large header, says 27 hours of 7 s of
streamed WAV, and knows no RF64.
"""

import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

HEAD_BYTES = 4096
TAIL_BYTES = 1 << 16  # the longest page of Ogg
LEAST_BYTES_A_SECOND = 25  # silence in FLAC takes more: what claims to be longer is not believed
PCM_FORMATS = (1, 3, 0xFFFE)  # integers, floats, either of them in WAVE_FORMAT_EXTENSIBLE
MAX_BOXES = 64
OGG_FIRST_PAGE = re.compile(rb"OggS\x00\x02")  # then eight bytes of position and four that number the stream
# ISO 11172-3 and 13818-3: kbit/s of layer III, in MPEG 1 and in MPEG 2
KBITS = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
)
RATES = (44100, 48000, 32000)


def claimed_s(path: Path) -> float | None:
    """Seconds of audio in the file at `path`; None where its format is another, or nothing credible is said."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        read = _reader(head)
        try:
            seconds = read(file, head)
        except (struct.error, ZeroDivisionError, IndexError, ValueError):
            return None
        # What a WAV holds follows from its size: one at 1 Hz is really as long as it seems.
        longest_s = _size(file) / (1 if read is _wav else LEAST_BYTES_A_SECOND)
        return seconds if 0 < seconds <= longest_s else None


def _reader(head: bytes) -> Callable[[BinaryIO, bytes], float]:
    if head[:4] in (b"RIFF", b"RF64"):
        return _wav
    if head[:4] == b"fLaC":
        return _flac
    if head[:4] == b"OggS":
        return _ogg
    return _mp4 if head[4:8] == b"ftyp" else _mp3


def _wav(file: BinaryIO, head: bytes) -> float:
    """By the file's size: the one in the header may be a lie or a stream's. Of PCM the decoder reads rate and block."""
    codec, _, rate, bytes_a_second, block = struct.unpack_from("<HHIIH", head, head.index(b"fmt ") + 8)
    return _size(file) / (rate * block if codec in PCM_FORMATS else bytes_a_second)


def _flac(_: BinaryIO, head: bytes) -> float:
    """Rate (20 bits), channels (3), bits a sample (5), samples (36)."""
    (packed,) = struct.unpack_from(">Q", head, 18)
    return (packed & (1 << 36) - 1) / (packed >> 44)


def _ogg(file: BinaryIO, head: bytes) -> float:
    """The last page tells the number of samples; Opus always counts 48,000 a second. Nothing is said by a chain's."""
    vorbis = head.find(b"\x01vorbis")
    (rate,) = (
        (48000,) if b"OpusHead" in head else struct.unpack_from("<I", head, vorbis + 12 if vorbis > 0 else len(head))
    )
    file.seek(max(0, _size(file) - TAIL_BYTES))
    tail = file.read()
    samples, stream = struct.unpack_from("<qI", tail, tail.rfind(b"OggS") + 6)
    streams = {head[page.end() + 8 : page.end() + 12] for page in OGG_FIRST_PAGE.finditer(head)}
    return samples / rate if struct.pack("<I", stream) in streams else 0.0


def _mp4(file: BinaryIO, _: bytes) -> float:
    """Boxes follow each other; `mvhd`, the first one in `moov`, has the time scale and the duration."""
    at = 0
    for _box in range(MAX_BOXES):
        file.seek(at)
        size, kind = struct.unpack(">I4s", file.read(8))
        if kind == b"mvhd":
            version, body = file.read(1), file.read(31)
            scale, duration = (
                struct.unpack_from(">IQ", body, 19) if version == b"\1" else struct.unpack_from(">II", body, 11)
            )
            return duration / scale
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
        at += 8 if kind == b"moov" else max(8, size)
    return 0.0


def _mp3(file: BinaryIO, head: bytes) -> float:
    """Frames, where the first one says how many there are; else the size by the first one's bits a second.

    Where it also says in how many bytes they are, more bytes are more files, which somebody joined to it.
    """
    start = 0
    if head[:3] == b"ID3":
        a, b, c, d = head[6:10]
        start = 10 + (a << 21 | b << 14 | c << 7 | d)
    file.seek(start)
    first = file.read(200)
    if first[0] != 0xFF or first[1] & 0xE6 != 0xE2:
        return 0.0
    version = first[1] >> 3 & 3  # 3 is MPEG 1, 2 is MPEG 2, 0 is MPEG 2.5
    rate = RATES[first[2] >> 2 & 3] // {3: 1, 2: 2, 0: 4}.get(version, 1)
    told = max(first.find(b"Xing"), first.find(b"Info"))
    if told > 0 and first[told + 7] & 1:
        frames, told_bytes = struct.unpack_from(">II", first, told + 8)
        told_bytes = told_bytes if first[told + 7] & 2 else 0
        files = max(1.0, (_size(file) - start) / told_bytes) if told_bytes else 1.0
        return files * frames * (1152 if version == 3 else 576) / rate
    return (_size(file) - start) / (KBITS[version != 3][first[2] >> 4] * 125)


def _size(file: BinaryIO) -> int:
    return file.seek(0, 2)
