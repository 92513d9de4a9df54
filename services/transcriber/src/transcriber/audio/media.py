"""Uploads become samples: a streamed decode in a child process that can die without hurting anybody."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import structlog

from transcriber import errors
from transcriber.audio.decoder_process import Child, MediaLimits
from transcriber.audio.windows import Samples

log = structlog.get_logger()
RETRY_S = 30.0
WAIT_S = 0.5
VERDICTS = {kind.__name__: kind for kind in (errors.NotAudio, errors.NoAudioTrack, errors.Undecodable, errors.TooLong)}


class Decoders:
    """Starts decoders, keeping one ready so that a short clip need not wait for an interpreter. Thread-safe."""

    def __init__(self, spares: int = 1) -> None:
        self._spares: queue.SimpleQueue[Child] = queue.SimpleQueue()
        self._alive = set[Child]()
        self._lock = threading.Lock()
        for _ in range(spares):
            self._keep_one_ready()

    def open(self, path: Path, limits: MediaLimits | None = None) -> "Media":
        """Begin to decode the file at `path`.

        Raises EmptyUpload, Undecodable, or Overloaded where no process can be started.
        """
        if path.stat().st_size == 0:
            raise errors.EmptyUpload("the upload is empty: send the bytes of an audio or video file")
        return Media(self._child(), path, limits or MediaLimits())

    def _child(self) -> Child:
        try:
            child = self._spares.get_nowait()
        except queue.Empty:
            return self._started()
        self._keep_one_ready()
        if child.is_alive:
            return child
        child.end()
        return self._started()

    def _keep_one_ready(self) -> None:
        with suppress(errors.Overloaded):  # then a file waits for its decoder to start
            self._spares.put(self._started())

    def _started(self) -> Child:
        try:
            child = Child(self._ended)
        except OSError as error:  # out of processes, memory or descriptors
            log.error("decoder.not_started", error=str(error))
            raise errors.Overloaded("no decoder can be started now: try again later", RETRY_S) from error
        with self._lock:
            self._alive.add(child)
        return child

    def _ended(self, child: Child) -> None:
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

    `claimed_duration_s` is what the container says, None where it says nothing, and until the first block is here.
    Who must not wait for a slow decoder asks `is_here` first. Reading raises NotAudio, NoAudioTrack, TooLong or
    Undecodable.
    """

    def __init__(self, child: Child, path: Path, limits: MediaLimits) -> None:
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


def verdict(payload: bytes) -> errors.MediaError:
    """The error that crossed the socket."""
    said = json.loads(payload)
    return VERDICTS.get(said["error"], errors.Undecodable)(said["text"])
