"""`python -m tests.support.transcriber.troubled`: the real process, WHISPER_MODEL its trouble.

`slow` never finishes loading; `fragile` loses its GPU at the first file; `stuck` answers late, `endless` never;
else it just works.
"""

import sys
import time
from collections.abc import Sequence
from functools import partial

from tests.support.transcriber.fakes import FakeBackend
from transcriber.http.server import serve
from transcriber.model.backend import Backend
from transcriber.settings import Settings, read_settings


def load(settings: Settings) -> Sequence[Backend]:
    """The fake, with its trouble."""
    backend = FakeBackend()
    if settings.whisper_model == "slow":
        time.sleep(600)
    if settings.whisper_model in TROUBLES:
        backend.trouble = TROUBLES[settings.whisper_model]
    return [backend]


def lose(marks: Sequence[int]) -> None:
    """A dead GPU, once there is anything but the silence of the warm-up."""
    if any(marks):
        raise RuntimeError("CUDA failed with error an illegal memory access was encountered")


def stick(marks: Sequence[int], seconds: float = 2) -> None:
    """A model that takes longer than any grace."""
    if any(marks):
        sys.stderr.write("in the model\n")
        time.sleep(seconds)


TROUBLES = {"fragile": lose, "stuck": stick, "endless": partial(stick, seconds=600)}

if __name__ == "__main__":
    sys.exit(serve(read_settings(), load))
