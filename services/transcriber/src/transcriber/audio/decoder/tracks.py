"""The audio track that is heard of an upload: opening it, and the packets that decode."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

import av
import av.error
from av.stream import Discard

from transcriber import errors
from transcriber.audio.decoder.clock import Clock
from transcriber.audio.decoder.links import links
from transcriber.audio.decoder.resampler import Resampler, Sound

FORMATS = "mp3,wav,w64,aiff,flac,ogg,mov,mp4,m4a,matroska,webm,aac,mpegts,mpeg,avi,asf,amr,caf,ac3,flv"
# Nothing but the descriptor itself may be read: a playlist that names files or addresses is not followed.
CONTAINER_OPTIONS = {"protocol_whitelist": "pipe", "format_whitelist": FORMATS}
# The others hold sound one piece after the other, without times: those that libav makes up are wrong after a change.
CLOCKED = {"mov", "matroska", "mpegts", "mpeg", "ogg", "asf", "flv"}
MAX_FAILED_READS = 100
MAX_BAD_PACKETS = 1000  # with more than these, most must be good
CONVERT = "not supported: convert it, for example to MP3"
ENCRYPTED_TAGS = ("enca", "drms")  # of MP4's sample entries: ISO 14496-12, and Apple's own


class Track:
    """The best audio track of a container that is open.

    `claimed_s` is the duration that the container gives, None where it gives none; `skipped` packets of those read so
    far could not be decoded; `broke_off` says that the rest of it cannot be read.
    """

    def __init__(self, container: Any) -> None:
        self._container = container
        self._stream = _best(container)
        self.claimed_s: float | None = container.duration / av.time_base if (container.duration or 0) > 0 else None
        self._clock = Clock((container.start_time or 0) / av.time_base)
        self._has_times = container.format.name.partition(",")[0] in CLOCKED
        self.skipped = 0
        self.broke_off = False

    def sound(self) -> Iterator[Sound]:
        """All that decodes, with silence for holes in the file's clock.

        Raises NotSupported where it is encrypted, Undecodable where most of it is damaged.
        """
        packets, resampler = 0, Resampler()
        for packet in self._packets():
            packets += 1
            if packet.has_sidedata("encryption_info"):
                raise _encrypted()
            try:
                for frame in self._stream.codec_context.decode(packet):
                    yield from resampler.silence(self._gap_before(frame))
                    yield from resampler.resampled(frame)
            except (av.error.FFmpegError, ValueError):
                self.skipped += 1
        yield from resampler.flushed()
        if self.skipped > max(MAX_BAD_PACKETS, packets / 2):
            raise errors.Undecodable("most of the audio is damaged")

    def _packets(self) -> Iterator[Any]:
        """All that can be read: what libav stumbles over is tried again, from where it stands, and at last left out.

        A track that begins in the middle of the file is none that PyAV knows: IndexError.
        """
        for _ in range(MAX_FAILED_READS):
            try:
                yield from self._container.demux(self._stream)
            except (av.error.FFmpegError, IndexError):
                self.skipped += 1
            else:
                return
        self.broke_off = True

    def _gap_before(self, frame: Any) -> float:
        at_s = frame.time if self._has_times else None
        return self._clock.gap_before(at_s, frame.samples / frame.sample_rate)


def tracks(upload: BinaryIO) -> Iterator[Track | None]:
    """The track to hear of an upload, or of each link where it is a chain, open until the next one is asked for.

    None for a link that cannot be read; one without sound is passed over. Raises NotAudio, NotSupported or
    NoAudioTrack where there is no track at all.
    """
    refused: errors.MediaError | None = None
    is_heard = False
    for link in links(upload):
        try:
            with _opened(link) as container:
                track = Track(container)
                is_heard = True
                yield track
        except errors.NoAudioTrack as error:
            refused = refused or error
        except (errors.NotAudio, errors.NotSupported) as error:
            refused = refused or error
            yield None
    if refused and not is_heard:
        raise refused


@contextmanager
def _opened(file: Any) -> Generator[Any]:
    try:
        container = av.open(file, mode="r", options=CONTAINER_OPTIONS, metadata_errors="ignore")
    except av.error.ArgumentError as error:  # a format that libav knows and FORMATS does not
        raise errors.NotSupported(f"this kind of file is {CONVERT}") from error
    except (av.error.InvalidDataError, av.error.EOFError, av.error.ProtocolNotFoundError) as error:
        raise errors.NotAudio("this is not an audio or video file that can be read") from error
    with container:
        yield cast("Any", container)


def _best(container: Any) -> Any:
    if not container.streams.audio:
        raise errors.NoAudioTrack("the file has no audio track")
    stream = container.streams.best("audio") or container.streams.audio[0]
    if stream.codec_context is None:
        raise errors.NotSupported(f"the audio is of a kind that is {CONVERT}")
    if stream.codec_context.codec_tag in ENCRYPTED_TAGS:
        raise _encrypted()
    stream.codec_context.thread_count = 1  # sound decodes many times faster than the model hears it
    for other in container.streams:
        if other.index != stream.index:
            other.discard = Discard.all
    return stream


def _encrypted() -> errors.NotSupported:
    return errors.NotSupported("the audio is encrypted: send a file without copy protection")
