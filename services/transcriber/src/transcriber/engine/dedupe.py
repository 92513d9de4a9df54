"""The same file with the same options is transcribed once: later requests attach to the job, also after its end."""

from collections import OrderedDict
from collections.abc import Hashable

from transcriber.engine.job import Job
from transcriber.schemas import Options


def work_key(content_sha256: str | None, options: Options) -> Hashable | None:
    """What makes two requests the same work; None where the content's hash is not known. Priority does not matter."""
    return (content_sha256, options.model_copy(update={"priority": "bulk"})) if content_sha256 else None


class Dedupe:
    """Jobs by their work; of the finished ones the last `finished` are remembered. Not thread-safe."""

    def __init__(self, finished: int) -> None:
        self._limit = finished
        self._running: dict[Hashable, Job] = {}
        self._finished: OrderedDict[Hashable, Job] = OrderedDict()

    def find(self, key: Hashable | None) -> Job | None:
        """The job that does, or lately did, this work."""
        if key is None:
            return None
        if key in self._finished:
            self._finished.move_to_end(key)
        return self._running.get(key) or self._finished.get(key)

    def add(self, key: Hashable | None, job: Job) -> None:
        """A job begins this work."""
        if key is not None:
            self._running[key] = job

    def ended(self, job: Job, *, well: bool) -> None:
        """A job ended; only a good end is worth remembering."""
        for key in [key for key, running in self._running.items() if running is job]:
            del self._running[key]
            if well and self._limit:
                self._finished[key] = job
        while len(self._finished) > self._limit:
            self._finished.popitem(last=False)
