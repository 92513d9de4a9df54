"""Our end of the decoders' fork server; `decoder` is what runs in it."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import structlog

from transcriber.audio.decoder.protocol import REPLY, REQUEST, RUNNING

log = structlog.get_logger()
ANSWER_WAIT_S = 60.0  # the first answer comes once libav is imported, which takes a busy machine seconds
END_WAIT_S = 5.0
MAX_STDERR_BYTES = 10_000


class ForkServer:
    """Forks decoders off a process that has imported what they need: a few milliseconds and megabytes each.

    That process is started at once, and anew where it has died or does not answer for `answer_wait_s` seconds; its
    decoders outlive it. Thread-safe. Making one raises OSError where no process can be started.
    """

    def __init__(self, answer_wait_s: float = ANSWER_WAIT_S) -> None:
        self._lock = threading.Lock()
        self._answer_wait_s = answer_wait_s
        self._socket, self._process = _started()

    @property
    def pid(self) -> int:
        return self._process.pid

    def fork(self, theirs: socket.socket, stderr: int) -> int:
        """The process id of a new decoder that serves its end of the socket; raises OSError where there can be none."""
        descriptors = [theirs.fileno(), stderr]
        with self._lock:
            answer = self._ask(b"f", descriptors=descriptors)
            if answer is None:
                self._socket, self._process = _started()
                answer = self._ask(b"f", descriptors=descriptors)
        if answer is None:
            raise BrokenPipeError("the fork server dies as soon as it is started")
        if answer < 0:
            raise OSError(-answer, os.strerror(-answer))
        return answer

    def exit_code(self, pid: int) -> int | None:
        """How a decoder has ended, told once, a signal below 0; None while it runs, or where nobody knows any more."""
        with self._lock:
            answer = self._ask(b"p", pid)
        return None if answer == RUNNING else answer

    def kill(self, pid: int) -> None:
        """End a decoder, and wait for its end.

        One that has outlived its server ends when it next sends something through its closed socket.
        """
        with self._lock:
            self._ask(b"k", pid)

    def close(self) -> None:
        """End the server and all its decoders; safe to call twice."""
        with self._lock:
            self._end(END_WAIT_S)

    def _ask(self, kind: bytes, pid: int = 0, descriptors: list[int] | None = None) -> int | None:
        """Its answer; None where there is no server any more."""
        if self._socket.fileno() < 0:
            return None
        self._socket.settimeout(self._answer_wait_s)
        try:
            socket.send_fds(self._socket, [REQUEST.pack(kind, pid)], descriptors or [])
            reply = self._socket.recv(REPLY.size)
        except (TimeoutError, ConnectionError):
            reply = b""
        if reply:
            return int(REPLY.unpack(reply)[0])
        said = self._end(0)
        log.error("fork_server.died", code=self._process.returncode, said=said)
        return None

    def _end(self, wait_s: float) -> str:
        """Close the socket, which ends it; after `wait_s` seconds kill it. What it said of its failure."""
        self._socket.close()
        try:
            self._process.wait(wait_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if not self._process.stderr or self._process.stderr.closed:
            return ""
        with self._process.stderr as stderr:
            return stderr.read(MAX_STDERR_BYTES).decode("utf-8", "replace")


def _started() -> "tuple[socket.socket, subprocess.Popen[bytes]]":
    """Our end of a new server's socket, and its process. A terminal's Ctrl-C is not for it: files under way go on."""
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            process = subprocess.Popen(
                [sys.executable, "-I", "-m", "transcriber.audio.decoder", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,  # bugs are said there, and nothing else
                env={},
                process_group=0,
            )
        except OSError:
            ours.close()
            raise
    return ours, process


def held_bytes(pid: int) -> int:
    """A process' memory, pages that it shares with others in equal parts; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
