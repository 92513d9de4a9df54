"""The process that decodes one upload, so that hostile media can crash, hang or swell nothing but this.

Started by `media`: `python -m transcriber.audio.decoder FD`, FD a socket. It imports libav, waits for the upload's
descriptor and the limits, answers with messages (one kind byte, four length bytes, the payload) and exits:
`i` JSON about the container · `a` float32 mono 16 kHz samples · `e` JSON with an error's class and text · `z` the end.
"""

import json
import resource
import socket
import struct
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import av
import av.error
from av.stream import Discard

from transcriber import errors
from transcriber.audio.sample_rate import SAMPLE_RATE

BLOCK_S = 32
FORMATS = "mp3,wav,w64,aiff,flac,ogg,mov,mp4,m4a,matroska,webm,aac,mpegts,mpeg,avi,asf,amr,caf,ac3,flv"
# Nothing but the descriptor itself may be read: a playlist that names files or addresses is not followed.
CONTAINER_OPTIONS = {"protocol_whitelist": "pipe", "format_whitelist": FORMATS}
MAX_BAD_PACKETS = 1000  # with more than these, most must be good
MEMORY_BYTES = 2 << 30

Message = tuple[bytes, bytes]


def main() -> None:
    """Serve the one request that comes through the socket named on the command line."""
    with socket.socket(fileno=int(sys.argv[1])) as parent:
        message, descriptors, _, _ = socket.recv_fds(parent, 4096, 1)
        if not descriptors:  # the parent left without needing this process
            return
        limits = cast("dict[str, float]", json.loads(message))
        confine(limits["max_cpu_s"])
        with open(descriptors[0], "rb", buffering=1 << 16) as upload:  # noqa: PTH123 - a descriptor, not a path
            for kind, payload in messages(upload, limits["max_audio_s"]):
                parent.sendall(kind + struct.pack("<I", len(payload)) + payload)


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
    except (av.error.InvalidDataError, av.error.EOFError, av.error.ProtocolNotFoundError):
        yield failure(errors.NotAudio("this is not an audio or video file that can be read"))
    except (av.error.FFmpegError, MemoryError):
        yield failure(errors.Undecodable("the audio could not be decoded, it seems damaged"))
    else:
        yield b"z", b""


def failure(error: errors.MediaError) -> Message:
    """The message that carries an error."""
    return b"e", json.dumps({"error": type(error).__name__, "text": str(error)}).encode()


def decoded(upload: BinaryIO, max_audio_s: float) -> Iterator[Message]:
    """The container's claims, then blocks of samples; raises MediaError and what libav raises."""
    with av.open(upload, mode="r", options=CONTAINER_OPTIONS, metadata_errors="ignore") as opened:
        container = cast("Any", opened)  # the stubs of the two supported versions differ
        if not container.streams.audio:
            raise errors.NoAudioTrack("the file has no audio track")
        stream = container.streams.best("audio") or container.streams.audio[0]
        if stream.codec_context is None:
            raise errors.Undecodable("the audio is of a kind that is not known here: convert it, for example to MP3")
        stream.codec_context.thread_count = 1  # sound decodes many times faster than the model hears it
        for other in container.streams:
            if other.index != stream.index:
                other.discard = Discard.all
        claimed = container.duration / av.time_base if container.duration else None
        yield b"i", json.dumps({"duration_s": claimed if claimed and claimed > 0 else None}).encode()
        yield from blocks(container, stream, max_audio_s)


def blocks(container: Any, stream: Any, max_audio_s: float) -> Iterator[Message]:
    """Samples in pieces of BLOCK_S; raises Undecodable where none come, TooLong past `max_audio_s`."""
    total, held, size = 0, list[bytes](), 0
    for samples in resampled(container, stream):
        held.append(samples)
        size += len(samples) // 4
        total += len(samples) // 4
        if total > max_audio_s * SAMPLE_RATE:
            raise errors.TooLong(f"the audio is longer than the {max_audio_s / 3600:.3g} hours allowed")
        if size >= BLOCK_S * SAMPLE_RATE:
            yield b"a", b"".join(held)
            held, size = [], 0
    if total == 0:
        raise errors.Undecodable("no sound could be decoded: the file is empty, damaged or cut short")
    yield b"a", b"".join(held)


def resampled(container: Any, stream: Any) -> Iterator[bytes]:
    """Mono float32 samples at 16 kHz of every packet that decodes; raises Undecodable where most are damaged."""
    resampler = cast("Any", av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE))
    all_packets = bad = 0
    for packet in container.demux(stream):
        all_packets += 1
        try:
            frames = stream.codec_context.decode(packet)
            for frame in frames:
                frame.pts = None  # damaged time stamps must not stop the resampler
                yield from map(mono_bytes, resampler.resample(frame))
        except (av.error.InvalidDataError, ValueError, av.error.EOFError):
            bad += 1
    if bad > max(MAX_BAD_PACKETS, all_packets / 2):
        raise errors.Undecodable("most of the audio is damaged")
    yield from map(mono_bytes, resampler.resample(None))


def mono_bytes(frame: Any) -> bytes:
    """A mono frame's samples; its plane is longer. Not by `to_ndarray`: it costs every file the import of numpy."""
    return bytes(frame.planes[0])[: 4 * frame.samples]


if __name__ == "__main__":
    main()
