"""What the engine tells whoever counts."""

from typing import Literal, Protocol

Wait = Literal["place", "reader", "model", "finisher"]


class EngineMetrics(Protocol):
    """Counters and histograms; calls are quick and come from the engine's threads."""

    def batch(self, rows: int, size: int, busy_s: float, audio_s: float) -> None:
        """A batch of `rows` of `size` rows took `busy_s`; `audio_s` seconds of audio were in it for the first time."""
        ...

    def waited(self, seconds: float, stage: Wait = "model") -> None:
        """A file waited so long for its decoder, or for a reader; a window for the model, or for the finisher."""
        ...

    def low_confidence(self, guard: str) -> None:
        """A window's text failed this guard and is decoded again."""
        ...

    def cancelled(self) -> None:
        """A client left before its answer was ready."""
        ...
