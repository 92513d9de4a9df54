"""What crosses the sockets of the fork server and of its decoders; imports nothing, so that both ends may."""

import struct

REQUEST, REPLY = struct.Struct("<ci"), struct.Struct("<i")
"""To the fork server: a kind and a process id; back: one number."""
RUNNING = 1 << 16  # in place of an exit code, which it cannot be

HEADER = struct.Struct("<cI")
"""Before each payload of a decoder: its kind and its bytes."""
