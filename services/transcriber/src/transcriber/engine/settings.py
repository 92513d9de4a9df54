"""How large the engine may grow, and how long things may take."""

from dataclasses import dataclass, field

from transcriber.audio.media import MediaLimits
from transcriber.model.quality import TEMPERATURES


@dataclass(frozen=True)
class EngineSettings:
    """Sizes and bounds; `batch_size` windows a batch, `window_s` seconds a window, `max_queue_s` predicted seconds.

    `workers` model threads a device: on a CPU several with few threads each do more than one with many; a large GPU
    encodes one batch while it decodes another, for twice the memory. A window is decoded `max_attempts` times at most.
    A request may take `max_run_s`, a batch `max_batch_s`. `finished` transcripts are remembered for requests that come
    again. `open_files` decoders run at one time at most. With `short_encodes` short windows are not encoded at 30 s.
    """

    window_s: float = 30.0
    batch_size: int = 8
    beam_size: int = 5
    short_encodes: bool = True
    max_attempts: int = len(TEMPERATURES)
    max_queue_s: float = 3600.0
    max_run_s: float = 24 * 3600.0
    max_batch_s: float = 1800.0
    workers: int = 1
    intake_threads: int = 2
    open_files: int = 32
    finished: int = 16
    limits: MediaLimits = field(default_factory=MediaLimits)
