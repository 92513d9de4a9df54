"""What the decoder makes of a file, for tests."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from transcriber.audio.media import Decoders, MediaLimits
from transcriber.audio.windows import SAMPLE_RATE, Samples


@dataclass(frozen=True)
class Decoded:
    """All samples of a file, its blocks' sizes in samples, the packets skipped, and whether more could not be read."""

    samples: Samples
    blocks: tuple[int, ...]
    skipped_packets: int
    broke_off: bool

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return len(self.samples) / SAMPLE_RATE

    def is_loud(self, start_s: float, end_s: float) -> bool:
        """Whether it sounds throughout: in every tenth of a second."""
        part = self.samples[round(start_s * SAMPLE_RATE) : round(end_s * SAMPLE_RATE)]
        tenths = np.array_split(np.abs(part), max(1, round((end_s - start_s) * 10)))
        return all(tenth.max() > 0.02 for tenth in tenths)

    def is_silent(self, start_s: float, end_s: float) -> bool:
        """Whether there is nothing at all."""
        return not self.samples[round(start_s * SAMPLE_RATE) : round(end_s * SAMPLE_RATE)].any()

    def hertz(self, start_s: float, end_s: float) -> float:
        """The loudest pitch."""
        part = self.samples[round(start_s * SAMPLE_RATE) : round(end_s * SAMPLE_RATE)]
        return float(np.argmax(np.abs(np.fft.rfft(part))) * SAMPLE_RATE / len(part))


def decode(file: Path, limits: MediaLimits | None = None) -> Decoded:
    """Read a file to its end."""
    with Decoders() as decoders, decoders.open(file, limits) as media:
        blocks = list(media)
        sizes = tuple(len(block) for block in blocks)
        return Decoded(np.concatenate(blocks), sizes, media.skipped_packets, media.broke_off)
