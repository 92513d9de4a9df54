"""Decodes one upload, so that hostile media can crash, hang or swell nothing but this process.

It waits for the upload's descriptor and the limits, answers with messages (one kind byte, four length bytes, the
payload) and ends: `i` JSON about the container · `a` samples, `s` pairs of stereo samples, float32 at 16 kHz · `e` JSON
with an error's class and text · `z` the end, JSON with what was left out.
"""

import json
import resource
import socket
from collections.abc import Iterator
from typing import BinaryIO, cast

import av.error

from transcriber import errors
from transcriber.audio.decoder.protocol import HEADER
from transcriber.audio.decoder.resampler import MONO, STEREO
from transcriber.audio.decoder.tracks import Track, tracks
from transcriber.audio.sample_rate import SAMPLE_RATE

BLOCK_S = 32
MEMORY_BYTES = 2 << 30

Message = tuple[bytes, bytes]


def serve(parent: socket.socket) -> None:
    """Decode the one upload whose descriptor comes through the socket."""
    message, descriptors, _, _ = socket.recv_fds(parent, 4096, 1)
    if not descriptors:  # the parent left without needing this process
        return
    limits = cast("dict[str, float]", json.loads(message))
    confine(limits["max_cpu_s"])
    with open(descriptors[0], "rb", buffering=1 << 16) as upload:  # noqa: PTH123 - a descriptor, not a path
        for kind, payload in messages(upload, limits["max_audio_s"]):
            parent.sendall(HEADER.pack(kind, len(payload)) + payload)


def confine(max_cpu_s: float) -> None:
    """No core dump, no file written, bounded memory and processor time."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (int(max_cpu_s), int(max_cpu_s) + 1))


def messages(upload: BinaryIO, max_audio_s: float) -> Iterator[Message]:
    """Everything there is to say about an upload, ending with `z` or `e`."""
    try:
        yield from decoded(upload, max_audio_s)
    except errors.MediaError as error:
        yield failure(error)
    except (av.error.FFmpegError, MemoryError):
        yield failure(errors.Undecodable("the audio could not be decoded, it seems damaged"))


def failure(error: errors.MediaError) -> Message:
    """The message that carries an error."""
    return b"e", json.dumps({"error": type(error).__name__, "text": str(error)}).encode()


def decoded(upload: BinaryIO, max_audio_s: float) -> Iterator[Message]:
    """What the container claims, blocks of samples, and the end; raises MediaError and what libav raises."""
    told, skipped, broke_off = False, 0, False
    blocks = Blocks(max_audio_s)
    for track in tracks(upload):
        if track is None:
            broke_off = True
            continue
        if not told:
            yield b"i", json.dumps({"duration_s": track.claimed_s}).encode()
            told = True
        yield from blocks.of(track)
        skipped, broke_off = skipped + track.skipped, broke_off or track.broke_off
    if blocks.samples == 0:
        raise errors.Undecodable("no sound could be decoded: the file is empty, damaged or cut short")
    yield from blocks.rest()
    yield b"z", json.dumps({"skipped_packets": skipped, "broke_off": broke_off}).encode()


class Blocks:
    """Samples in pieces of BLOCK_S and of one number of channels."""

    def __init__(self, max_audio_s: float) -> None:
        self._max_audio_s = max_audio_s
        self._kind: bytes = MONO
        self._held: list[bytes] = []
        self._size = 0
        self.samples = 0

    def of(self, track: Track) -> Iterator[Message]:
        """The blocks that are full; raises TooLong past `max_audio_s` of decoded sound."""
        for kind, samples in track.sound():
            if kind != self._kind:
                yield from self.rest()
                self._kind = kind
            count = len(samples) // (8 if kind == STEREO else 4)
            self._held.append(samples)
            self._size += count
            self.samples += count
            if self.samples > self._max_audio_s * SAMPLE_RATE:
                raise errors.TooLong(f"the audio is longer than the {self._max_audio_s / 3600:.3g} hours allowed")
            if self._size >= BLOCK_S * SAMPLE_RATE:
                yield from self.rest()

    def rest(self) -> Iterator[Message]:
        """What is held, as a last and shorter block."""
        if self._size:
            yield self._kind, b"".join(self._held)
        self._held, self._size = [], 0
