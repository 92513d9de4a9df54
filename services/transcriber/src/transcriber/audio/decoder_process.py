"""A decoder process and our end of its socket; `decoder.upload` is what runs in it."""

import json
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from transcriber import errors
from transcriber.audio.decoder.protocol import HEADER
from transcriber.audio.fork_server import MAX_STDERR_BYTES, ForkServer, held_bytes

log = structlog.get_logger()
MAX_MESSAGE_BYTES = 1 << 28
EXIT_WAIT_S, EXIT_POLL_S = 2.0, 0.005  # from its last message to the end of the process
CRASHED = "decoding the audio crashed: the file is damaged"


@dataclass(frozen=True)
class MediaLimits:
    """How much one upload may cost: decoded seconds, seconds without a byte from the decoder, processor seconds."""

    max_audio_s: float = 12 * 3600
    max_idle_s: float = 60
    max_cpu_s: float = 1800


class DecoderProcess:
    """One process that decodes one upload, forked off `server`. Not thread-safe.

    `on_end` is called when it is ended. Making one raises OSError where no process can be started.
    """

    def __init__(self, server: ForkServer, on_end: "Callable[[DecoderProcess], None]") -> None:
        self._server = server
        self._on_end = on_end
        self._received = bytearray()
        self._silent_since: float | None = None
        self._max_idle_s = 0.0
        self._code: int | None = None
        self._is_ended = False
        self._socket, theirs = socket.socketpair()
        stderr, its_stderr = os.pipe()
        self._stderr = open(stderr, "rb")  # noqa: PTH123, SIM115 - a descriptor, which lives as long as this
        try:
            self.pid = server.fork(theirs, its_stderr)
        except OSError:
            self._socket.close()
            self._stderr.close()
            raise
        finally:
            theirs.close()
            os.close(its_stderr)

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
        """The next message's kind and payload (see `decoder.upload`).

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
        code = self._exit_code()
        if code and code > 0:
            said = self._stderr.read(MAX_STDERR_BYTES).decode("utf-8", "replace")
            log.error("decoder.failed", code=code, said=said)
            return errors.ModelError(f"the decoder failed (exit code {code}): this is no fault of the file")
        return errors.Undecodable(CRASHED)

    def _exit_code(self) -> int | None:
        """None where it does not end soon after its last message, and where nobody knows."""
        deadline = time.monotonic() + EXIT_WAIT_S
        while self._code is None and time.monotonic() < deadline:
            self._code = self._server.exit_code(self.pid)
            if self._code is None:
                time.sleep(EXIT_POLL_S)
        return self._code

    def memory_bytes(self) -> int:
        """Its memory, with its share of what the fork server's processes have in common; 0 when it has ended."""
        return held_bytes(self.pid)

    def end(self) -> None:
        """Kill it and wait for its end; safe to call twice."""
        if self._is_ended:
            return
        self._is_ended = True
        self._on_end(self)
        self._socket.close()
        if self._code is None:
            self._server.kill(self.pid)
        self._stderr.close()
