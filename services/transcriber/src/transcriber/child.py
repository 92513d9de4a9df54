"""A decoder process and our end of its socket; `decoder` is what runs in it."""

import json
import resource
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from transcriber import errors

log = structlog.get_logger()
HEADER = struct.Struct("<cI")
MAX_FRAME_BYTES = 1 << 28
MAX_WORDS = 10_000
LAST_S = 2.0  # from the end of its answers to the end of its process
CRASHED = "decoding the audio crashed: the file is damaged"


@dataclass(frozen=True)
class MediaLimits:
    """How much one upload may cost: decoded seconds, seconds without a sign of life, processor seconds."""

    max_audio_s: float = 12 * 3600
    max_idle_s: float = 60
    max_cpu_s: float = 1800


class Child:
    """A decoder process and our end of its socket."""

    def __init__(self, on_end: "Callable[[Child], None]") -> None:
        self._on_end = on_end
        self._socket, theirs = socket.socketpair()
        try:
            self._process = spawn(theirs)
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


def spawn(theirs: socket.socket) -> "subprocess.Popen[bytes]":
    """Start a decoder that serves its end of the socket; raises OSError."""
    return subprocess.Popen(
        [sys.executable, "-m", "transcriber.decoder", str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,  # bugs are said there, and nothing else
        env={"OPENBLAS_NUM_THREADS": "1"},  # numpy would start a thread for each processor
    )
