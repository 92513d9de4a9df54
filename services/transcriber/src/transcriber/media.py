"""Uploads become samples: a streamed decode in a child process that can die without hurting anybody."""

import json
import queue
import resource
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import structlog

from transcriber import errors
from transcriber.windows import Samples

log = structlog.get_logger()
HEADER = struct.Struct("<cI")
MAX_FRAME_BYTES = 1 << 28
LAST_S = 2.0  # from the end of its answers to the end of its process
RETRY_S = 30.0
MAX_WORDS = 10_000
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
        self._alive = set[_Child]()
        self._lock = threading.Lock()
        for _ in range(spares):
            self._keep_one_ready()

    def open(self, path: Path, limits: MediaLimits | None = None) -> "Media":
        """Begin to decode the file at `path`.

        Raises EmptyUpload, NotAudio, NoAudioTrack, Undecodable, or Overloaded where no process can be started.
        """
        if path.stat().st_size == 0:
            raise errors.EmptyUpload("the upload is empty: send the bytes of an audio or video file")
        try:
            child = self._spares.get_nowait()
        except queue.Empty:
            return Media(self._started(), path, limits or MediaLimits())
        self._keep_one_ready()
        return Media(child, path, limits or MediaLimits())

    def _keep_one_ready(self) -> None:
        with suppress(errors.Overloaded):  # then a file waits for its decoder to start
            self._spares.put(self._started())

    def _started(self) -> "_Child":
        try:
            child = _Child(self._ended)
        except OSError as error:  # out of processes, memory or descriptors
            log.error("decoder.not_started", error=str(error))
            raise errors.Overloaded("no decoder can be started now: try again later", RETRY_S) from error
        with self._lock:
            self._alive.add(child)
        return child

    def _ended(self, child: "_Child") -> None:
        with self._lock:
            self._alive.discard(child)

    def memory_bytes(self) -> int:
        """What all decoders that run now have in memory."""
        with self._lock:
            return sum(child.memory_bytes() for child in self._alive)

    def close(self) -> None:
        """End the spare decoders."""
        while not self._spares.empty():
            self._spares.get_nowait().end()


class Media:
    """One upload being decoded: iterate over blocks of ≤ 32 s of float32 mono 16 kHz samples, then close it.

    `claimed_duration_s` is what the container says, None where it says nothing.
    """

    def __init__(self, child: "_Child", path: Path, limits: MediaLimits) -> None:
        self._child = child
        self._done = False
        self.claimed_duration_s: float | None = None
        try:
            child.begin(path, limits)
            kind, payload = child.receive()
            if kind == b"e":
                raise verdict(payload)
            self.claimed_duration_s = json.loads(payload)["duration_s"]
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[Samples]:
        return self

    def __next__(self) -> Samples:
        if self._done:
            raise StopIteration
        kind, payload = self._child.receive()
        if kind == b"a":
            return np.frombuffer(payload, dtype=np.float32)
        self._done = True
        if kind == b"e":
            raise verdict(payload)
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

    def __init__(self, on_end: "Callable[[_Child], None]") -> None:
        self._on_end = on_end
        self._socket, theirs = socket.socketpair()
        try:
            self._process = _spawn(theirs)
        except OSError:
            self._socket.close()
            raise
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def begin(self, path: Path, limits: MediaLimits) -> None:
        self._socket.settimeout(limits.max_idle_s)
        request = json.dumps({"max_audio_s": limits.max_audio_s, "max_cpu_s": limits.max_cpu_s}).encode()
        with path.open("rb") as upload:
            try:
                socket.send_fds(self._socket, [request], [upload.fileno()])
            except OSError as error:
                raise self._ended() from error

    def receive(self) -> tuple[bytes, bytes]:
        """The next frame's kind and payload; raises Undecodable where the child died, hung or babbled."""
        try:
            kind, size = HEADER.unpack(self._exactly(HEADER.size))
            if size > MAX_FRAME_BYTES:
                raise errors.Undecodable(CRASHED)
            return kind, self._exactly(size)
        except TimeoutError as error:
            raise errors.Undecodable("decoding the audio hung and was stopped") from error
        except OSError as error:
            raise self._ended() from error

    def _ended(self) -> errors.TranscriberError:
        """Why it ended: a signal is the file's doing, an exit code a fault of ours."""
        try:
            code = self._process.wait(LAST_S)
        except subprocess.TimeoutExpired:
            return errors.Undecodable(CRASHED)
        if code > 0:
            log.error("decoder.failed", code=code, said=self._last_words())
            return errors.ModelError(f"the decoder failed (exit code {code}): this is no fault of the file")
        return errors.Undecodable(CRASHED)

    def _exactly(self, size: int) -> bytes:
        parts, missing = list[bytes](), size
        while missing:
            part = self._socket.recv(min(missing, 1 << 20))
            if not part:
                raise self._ended()
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _last_words(self) -> str:
        """What a process that has ended said of its failure."""
        errors_of = self._process.stderr
        return errors_of.read(MAX_WORDS).decode("utf-8", "replace") if errors_of else ""

    def memory_bytes(self) -> int:
        try:
            resident = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        except (OSError, IndexError):  # it has ended meanwhile
            return 0
        return int(resident) * resource.getpagesize()

    def end(self) -> None:
        self._on_end(self)
        self._socket.close()
        self._process.kill()
        self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()


def _spawn(theirs: socket.socket) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "transcriber.decoder", str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,  # bugs are said there, and nothing else
        env={"OPENBLAS_NUM_THREADS": "1"},  # numpy would start a thread for each processor
    )


def verdict(payload: bytes) -> errors.MediaError:
    """The error that crossed the socket."""
    said = json.loads(payload)
    return VERDICTS.get(said["error"], errors.Undecodable)(said["text"])
