"""Uploads become samples: a streamed decode in a process of its own that can die without hurting anybody."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import structlog

from transcriber import errors
from transcriber.audio.channels import mixed
from transcriber.audio.decoder_process import DecoderProcess, MediaLimits
from transcriber.audio.fork_server import ForkServer, held_bytes
from transcriber.audio.windows import Samples

log = structlog.get_logger()
RETRY_S = 30.0
WAIT_S = 0.5
MEDIA_ERRORS = {
    kind.__name__: kind
    for kind in (errors.NotAudio, errors.NotSupported, errors.NoAudioTrack, errors.Undecodable, errors.TooLong)
}


class Decoders:
    """Starts decoders. Thread-safe. Making one raises OSError where no process can be started."""

    def __init__(self, server: ForkServer | None = None) -> None:
        self._server = server or ForkServer()
        self._alive = set[DecoderProcess]()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def open(self, path: Path, limits: MediaLimits | None = None) -> "Media":
        """Begin to decode the file at `path`; whoever opens it closes it.

        Raises EmptyUpload, Undecodable, or Overloaded where no process can be started.
        """
        if path.stat().st_size == 0:
            raise errors.EmptyUpload("the upload is empty: send the bytes of an audio or video file")
        return Media(self._started(), path, limits or MediaLimits())

    def _started(self) -> DecoderProcess:
        try:
            process = DecoderProcess(self._server, self._ended)
        except OSError as error:  # out of processes, memory or descriptors
            log.error("decoder.not_started", error=str(error))
            raise errors.Overloaded("no decoder can be started now: try again later", RETRY_S) from error
        with self._lock:
            self._alive.add(process)
        return process

    def _ended(self, process: DecoderProcess) -> None:
        with self._lock:
            self._alive.discard(process)

    def memory_bytes(self) -> int:
        """The memory of all decoders that run now, and of the process that forks them."""
        with self._lock:
            return held_bytes(self._server.pid) + sum(process.memory_bytes() for process in self._alive)

    def close(self) -> None:
        """Begin no more files; safe to call twice."""
        self._server.close()


class Media:
    """One upload being decoded: iterate over blocks of ≤ 32 s of samples (float32, mono, 16 kHz), then close it.

    `claimed_duration_s` is what the container says in seconds, None where it says nothing, and until the first block
    is here. At the end `skipped_packets` tells how many could not be decoded, `broke_off` that no more could be read.
    Who must not wait for a slow decoder asks `is_here` first. Reading raises NotAudio, NotSupported, NoAudioTrack,
    TooLong or Undecodable; ModelError where the decoder failed by a fault of ours.
    """

    def __init__(self, process: DecoderProcess, path: Path, limits: MediaLimits) -> None:
        self._process = process
        self._message: tuple[bytes, bytes] | None = None
        self._done = False
        self.claimed_duration_s: float | None = None
        self.skipped_packets = 0
        self.broke_off = False
        try:
            process.begin(path, limits)
        except BaseException:
            self.close()
            raise

    def is_here(self, wait_s: float) -> bool:
        """Whether the next block, or the end, has come; waits `wait_s` seconds for more of it at most."""
        if self._message is None and not self._done:
            self._message = self._process.receive(wait_s)
        if self._message and self._message[0] == b"i":
            self.claimed_duration_s = json.loads(self._message[1])["duration_s"]
            self._message = None
        return self._done or self._message is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[Samples]:
        return self

    def __next__(self) -> Samples:
        while not self.is_here(WAIT_S):
            pass
        (kind, payload), self._message = self._message or (b"", b""), None
        if kind == b"a":
            return np.frombuffer(payload, dtype=np.float32)
        if kind == b"s":
            return mixed(np.frombuffer(payload, dtype=np.float32).reshape(-1, 2))
        self._done = True
        if kind == b"e":
            raise media_error(payload)
        if kind == b"z":
            told = json.loads(payload)
            self.skipped_packets, self.broke_off = told["skipped_packets"], told["broke_off"]
        raise StopIteration

    @property
    def pid(self) -> int:
        """The decoder's process id."""
        return self._process.pid

    def close(self) -> None:
        """End the decoder, whatever it is doing; safe to call twice."""
        self._done = True
        self._process.end()


def media_error(payload: bytes) -> errors.MediaError:
    """The error that crossed the socket."""
    said = json.loads(payload)
    return MEDIA_ERRORS.get(said["error"], errors.Undecodable)(said["text"])
