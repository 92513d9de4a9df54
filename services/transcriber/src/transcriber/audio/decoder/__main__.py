"""The fork server: libav is imported once, and each upload has a process of its own, forked within milliseconds.

Started by `fork_server`: `python -m transcriber.audio.decoder FD`, FD a socket. It never reads an upload itself.
Each REQUEST, a kind and a process id, is answered with a REPLY, one number:

`f` fork; two descriptors come along, the new decoder's socket and its stderr · its process id, or an errno below 0
`p` how has this decoder ended? · its exit code, a signal below 0, or RUNNING
`k` kill this decoder · how it has ended

When its parent leaves it ends its decoders and itself. No numpy: importing it takes longer than all the rest.
"""

import errno
import gc
import os
import signal
import socket
import sys

from transcriber.audio.decoder.protocol import REPLY, REQUEST, RUNNING
from transcriber.audio.decoder.upload import serve

DESCRIPTORS = 2


def main() -> None:
    """Answer what comes through the socket named on the command line; in a fork, decode."""
    gc.freeze()  # else a collection in a fork copies every page that holds an object
    with socket.socket(fileno=int(sys.argv[1])) as parent:
        descriptors = until_forked(parent)
    if not descriptors:
        return
    mine, stderr = descriptors
    os.dup2(stderr, sys.stderr.fileno())
    os.close(stderr)
    with socket.socket(fileno=mine) as ours:
        serve(ours)
    os._exit(0)  # an interpreter's usual end takes longer than a short clip


def until_forked(parent: socket.socket) -> list[int]:
    """Returns in a fork, with the descriptors that came for it; in the server with none, when the parent has left."""
    children: set[int] = set()
    while True:
        message, descriptors, _, _ = socket.recv_fds(parent, REQUEST.size, DESCRIPTORS)
        if not message:
            for pid in list(children):
                ended(children, pid, kill=True)
            return []
        kind, pid = REQUEST.unpack(message)
        if kind == b"f":
            answer = forked(descriptors)
            if answer == 0:
                return descriptors
            children.add(answer)
        else:
            answer = ended(children, pid, kill=kind == b"k")
        for descriptor in descriptors:
            os.close(descriptor)
        parent.sendall(REPLY.pack(answer))


def forked(descriptors: list[int]) -> int:
    """A new process' id, 0 in that process, an errno below 0 where there can be none."""
    if len(descriptors) < DESCRIPTORS:  # there was no room for them in this process
        return -errno.EMFILE
    try:
        return os.fork()
    except OSError as error:
        return -(error.errno or errno.EAGAIN)


def ended(children: set[int], pid: int, *, kill: bool) -> int:
    """How a child has ended, which is told once; RUNNING where it has not. Of no child of ours nothing is known."""
    if pid not in children:
        return RUNNING
    if kill:
        os.kill(pid, signal.SIGKILL)
    found, status = os.waitpid(pid, 0 if kill else os.WNOHANG)
    if not found:
        return RUNNING
    children.discard(pid)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    main()
