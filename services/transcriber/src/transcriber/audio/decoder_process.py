"""A decoder process and our end of its socket; `decoder` is what runs in it."""

import json
import resource
import socket
import struct
import subprocess
import sys
import time
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
        self._received = bytearray()
        self._silent_since: float | None = None
        self._max_idle_s = 0.0
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
            log.error("decoder.failed", code=code, said=self._last_words())
            return errors.ModelError(f"the decoder failed (exit code {code}): this is no fault of the file")
        return errors.Undecodable(CRASHED)

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
        [sys.executable, "-m", "transcriber.audio.decoder", str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,  # bugs are said there, and nothing else
        env={},
    )
