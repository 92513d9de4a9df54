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
MAX_MESSAGE_BYTES = 1 << 28
MAX_STDERR_BYTES = 10_000
EXIT_WAIT_S = 2.0  # from its last message to the end of the process
CRASHED = "decoding the audio crashed: the file is damaged"


@dataclass(frozen=True)
class MediaLimits:
    """How much one upload may cost: decoded seconds, seconds without a byte from the decoder, processor seconds."""

    max_audio_s: float = 12 * 3600
    max_idle_s: float = 60
    max_cpu_s: float = 1800


class DecoderProcess:
    """One child process that decodes one upload. Not thread-safe.

    `on_end` is called when it is ended. Making one raises OSError where no process can be started.
    """

    def __init__(self, on_end: "Callable[[DecoderProcess], None]") -> None:
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
        """Hand over the file at `path` as an open descriptor, never as a path.

        Raises Undecodable or ModelError where the process has ended, OSError where the file cannot be opened.
        """
        self._max_idle_s = limits.max_idle_s
        request = json.dumps({"max_audio_s": limits.max_audio_s, "max_cpu_s": limits.max_cpu_s}).encode()
        with path.open("rb") as upload:
            try:
                socket.send_fds(self._socket, [request], [upload.fileno()])
            except OSError as error:
                raise self._ended() from error

    def receive(self, wait_s: float) -> tuple[bytes, bytes] | None:
        """The next message's kind and payload (see `decoder`).

        None while it is not complete and no byte comes for `wait_s` seconds. Raises Undecodable where the process
        crashed, sent nothing for `max_idle_s` or sent nonsense, ModelError where a fault of ours ended it.
        """
        self._socket.settimeout(wait_s)
        try:
            while missing := self._missing_bytes():
                part = self._socket.recv(min(missing, 1 << 20))
                if not part:
                    raise self._ended()
                self._received += part
                self._silent_since = None
        except TimeoutError:
            self._check_idle()
            return None
        except OSError as error:
            raise self._ended() from error
        received, self._received = self._received, bytearray()
        return bytes(received[:1]), bytes(memoryview(received)[HEADER.size :])

    def _missing_bytes(self) -> int:
        """What has not come yet of the message under way."""
        if len(self._received) < HEADER.size:
            return HEADER.size - len(self._received)
        _, size = HEADER.unpack_from(self._received)
        if size > MAX_MESSAGE_BYTES:
            raise errors.Undecodable(CRASHED)
        return HEADER.size + size - len(self._received)

    def _check_idle(self) -> None:
        now = time.monotonic()
        self._silent_since = self._silent_since or now
        if now - self._silent_since > self._max_idle_s:
            raise errors.Undecodable("decoding the audio hung and was stopped")

    def _ended(self) -> errors.TranscriberError:
        """Why it ended: a signal is the file's doing, an exit code a fault of ours."""
        try:
            code = self._process.wait(EXIT_WAIT_S)
        except subprocess.TimeoutExpired:
            return errors.Undecodable(CRASHED)
        if code > 0:
            log.error("decoder.failed", code=code, said=self._stderr())
            return errors.ModelError(f"the decoder failed (exit code {code}): this is no fault of the file")
        return errors.Undecodable(CRASHED)

    def _stderr(self) -> str:
        """What a process that has ended said of its failure."""
        stderr = self._process.stderr
        return stderr.read(MAX_STDERR_BYTES).decode("utf-8", "replace") if stderr else ""

    def memory_bytes(self) -> int:
        """Its resident memory; 0 when it has ended."""
        try:
            resident = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        except (OSError, IndexError):  # it has ended meanwhile
            return 0
        return int(resident) * resource.getpagesize()

    def end(self) -> None:
        """Kill it and wait for its end; safe to call twice."""
        self._on_end(self)
        self._socket.close()
        self._process.kill()
        self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()


def spawn(theirs: socket.socket) -> "subprocess.Popen[bytes]":
    """Start a decoder that serves its end of the socket; raises OSError."""
    return subprocess.Popen(
        [sys.executable, "-I", "-m", "transcriber.audio.decoder", str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,  # bugs are said there, and nothing else
        env={},
    )
