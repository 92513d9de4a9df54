"""Uploads become samples: a streamed decode in a child process that can die without hurting anybody."""

import json
import queue
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from transcriber import errors
from transcriber.windows import Samples

HEADER = struct.Struct("<cI")
MAX_FRAME_BYTES = 1 << 28
WAIT_S = 0.5
LAST_S = 2.0  # from the end of its answers to the end of its process
CRASHED = "decoding the audio crashed: the file is damaged"
VERDICTS = {kind.__name__: kind for kind in (errors.NotAudio, errors.NoAudioTrack, errors.Undecodable, errors.TooLong)}


@dataclass(frozen=True)
class MediaLimits:
    """How much one upload may cost: decoded seconds, seconds without a sign of life, processor seconds."""

    max_audio_s: float = 12 * 3600
    max_idle_s: float = 60
    max_cpu_s: float = 1800


class Decoders:
    """Starts decoders, keeping one ready so that a short clip need not wait for an interpreter. Thread-safe."""

    def __init__(self, spares: int = 1) -> None:
        self._spares: queue.SimpleQueue[_Child] = queue.SimpleQueue()
        for _ in range(spares):
            self._spares.put(_Child())

    def open(self, path: Path, limits: MediaLimits | None = None) -> "Media":
        """Begin to decode the file at `path`; raises EmptyUpload or Undecodable."""
        if path.stat().st_size == 0:
            raise errors.EmptyUpload("the upload is empty: send the bytes of an audio or video file")
        return Media(self._child(), path, limits or MediaLimits())

    def _child(self) -> "_Child":
        try:
            child = self._spares.get_nowait()
        except queue.Empty:
            return _Child()
        self._spares.put(_Child())
        if child.is_alive:
            return child
        child.end()
        return _Child()

    def close(self) -> None:
        """End the spare decoders."""
        while not self._spares.empty():
            self._spares.get_nowait().end()


class Media:
    """One upload being decoded: iterate over blocks of ≤ 32 s of float32 mono 16 kHz samples, then close it.

    `claimed_duration_s` is what the container says, None where it says nothing, and until the first block is here.
    Who must not wait for a slow decoder asks `is_here` first. Reading raises NotAudio, NoAudioTrack, TooLong or
    Undecodable.
    """

    def __init__(self, child: "_Child", path: Path, limits: MediaLimits) -> None:
        self._child = child
        self._frame: tuple[bytes, bytes] | None = None
        self._done = False
        self.claimed_duration_s: float | None = None
        try:
            child.begin(path, limits)
        except BaseException:
            self.close()
            raise

    def is_here(self, wait_s: float) -> bool:
        """Whether the next block, or the end, has come; waits `wait_s` for more of it at most."""
        if self._frame is None and not self._done:
            self._frame = self._child.receive(wait_s)
        if self._frame and self._frame[0] == b"i":
            self.claimed_duration_s = json.loads(self._frame[1])["duration_s"]
            self._frame = None
        return self._done or self._frame is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[Samples]:
        return self

    def __next__(self) -> Samples:
        while not self.is_here(WAIT_S):
            pass
        frame, self._frame = self._frame, None
        if frame and frame[0] == b"a":
            return np.frombuffer(frame[1], dtype=np.float32)
        self._done = True
        if frame and frame[0] == b"e":
            raise verdict(frame[1])
        raise StopIteration

    @property
    def pid(self) -> int:
        """The decoder's process."""
        return self._child.pid

    def close(self) -> None:
        """End the decoder, whatever it is doing; safe to call twice."""
        self._done = True
        self._child.end()


class _Child:
    """A decoder process and our end of its socket."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        self._received = bytearray()
        self._silent_since: float | None = None
        self._max_idle_s = 0.0
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "transcriber.decoder", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # its errors go where ours go: they are bugs, and nothing else is said there
                env={},
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def begin(self, path: Path, limits: MediaLimits) -> None:
        self._max_idle_s = limits.max_idle_s
        request = json.dumps({"max_audio_s": limits.max_audio_s, "max_cpu_s": limits.max_cpu_s}).encode()
        with path.open("rb") as upload:
            try:
                socket.send_fds(self._socket, [request], [upload.fileno()])
            except OSError as error:
                raise self._ended() from error

    def receive(self, wait_s: float) -> tuple[bytes, bytes] | None:
        """The next frame's kind and payload, None while it is not complete and nothing more comes for `wait_s`.

        Raises Undecodable where the child died, hung or babbled.
        """
        self._socket.settimeout(wait_s)
        try:
            while missing := self._missing():
                part = self._socket.recv(min(missing, 1 << 20))
                if not part:
                    raise self._ended()
                self._received += part
                self._silent_since = None
        except TimeoutError:
            self._check_silence()
            return None
        except OSError as error:
            raise self._ended() from error
        received, self._received = self._received, bytearray()
        return bytes(received[:1]), bytes(memoryview(received)[HEADER.size :])

    def _missing(self) -> int:
        """Bytes of the frame under way that have not come."""
        if len(self._received) < HEADER.size:
            return HEADER.size - len(self._received)
        _, size = HEADER.unpack_from(self._received)
        if size > MAX_FRAME_BYTES:
            raise errors.Undecodable(CRASHED)
        return HEADER.size + size - len(self._received)

    def _check_silence(self) -> None:
        now = time.monotonic()
        self._silent_since = self._silent_since or now
        if now - self._silent_since > self._max_idle_s:
            raise errors.Undecodable("decoding the audio hung and was stopped")

    def _ended(self) -> errors.TranscriberError:
        """Why it ended: a signal is the file's doing, an exit code a fault of ours."""
        try:
            code = self._process.wait(LAST_S)
        except subprocess.TimeoutExpired:
            return errors.Undecodable(CRASHED)
        if code > 0:
            return errors.ModelError(f"the decoder failed (exit code {code}): this is no fault of the file")
        return errors.Undecodable(CRASHED)

    def end(self) -> None:
        self._socket.close()
        self._process.kill()
        self._process.wait()


def verdict(payload: bytes) -> errors.MediaError:
    """The error that crossed the socket."""
    said = json.loads(payload)
    return VERDICTS.get(said["error"], errors.Undecodable)(said["text"])
