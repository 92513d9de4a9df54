"""The least that Whisper costs on a device, by counting operations and bytes: what no version can be faster than.

Counted for a window of 30 s (3000 frames of mel bands, 1500 positions after the convolutions), from the shapes of
https://cdn.openai.com/papers/whisper.pdf; a multiplication with an addition is two operations. A batch's step reads
the decoder's weights once, each row its own keys and values of the encoder's output, which the beams of a row share.
"""

from dataclasses import dataclass

from tests.bench.models import FRAMES, Shape


@dataclass(frozen=True)
class Device:
    """What a device can do at best: operations a second in half precision and in eight bits, bytes a second."""

    half: float
    eight: float
    memory: float


DEVICES = {
    # Dense rates of NVIDIA's data sheets (SXM where there are several): https://www.nvidia.com/en-us/data-center/h100/,
    # /h200/, /a100/, /l40s/, /products/a10-gpu/, /l4/, /tesla-t4/; A10G as AWS's g5. A longer name goes first.
    "H100": Device(989e12, 1979e12, 3.35e12),
    "H200": Device(989e12, 1979e12, 4.8e12),
    "A100": Device(312e12, 624e12, 2.0e12),
    "L40S": Device(362e12, 733e12, 0.864e12),
    "A10G": Device(70e12, 140e12, 0.6e12),
    "A10": Device(125e12, 250e12, 0.6e12),
    "L4": Device(121e12, 242e12, 0.3e12),
    "T4": Device(65e12, 130e12, 0.32e12),
}


def device(name: str) -> Device | None:
    """The device that a driver calls `name`, such as "NVIDIA H100 80GB HBM3"; None where it is not in the table."""
    return next((found for known, found in DEVICES.items() if known in name), None)


@dataclass(frozen=True)
class Model:
    """A model's costs; weights and what is kept of a window take `bytes_each` a number (2 in half precision)."""

    shape: Shape
    bytes_each: int = 2

    @property
    def linear_operations(self) -> float:
        """Of one window's encoder: projections and feed-forward, the products with weights that eight bits are for."""
        return self.shape.encoder * 24 * FRAMES * self.shape.width**2

    @property
    def encode_operations(self) -> float:
        """Of one window: convolutions, projections, feed-forward and attention."""
        s = self.shape
        convolutions = 2 * 3 * s.width * (s.mels * 2 * FRAMES + s.width * FRAMES)
        return convolutions + self.linear_operations + s.encoder * 4 * FRAMES**2 * s.width

    @property
    def keys_operations(self) -> float:
        """Of one window: the decoder's keys and values of the encoder's output, made once before the first step."""
        return 4 * FRAMES * self.shape.width**2 * self.shape.decoder

    @property
    def decoder_numbers(self) -> float:
        """Weights that each step reads: projections and feed-forward of each layer, and the table of tokens."""
        return 14 * self.shape.width**2 * self.shape.decoder + self.shape.width * self.shape.tokens

    def encode_s(self, on: Device) -> float:
        """Seconds of one window's encoder at the device's best."""
        return self.encode_operations / self._rate(on)

    def step_s(self, on: Device, rows: int, beams: int = 1) -> float:
        """Seconds of one step of `rows` windows with `beams` beams each."""
        keys = 2 * FRAMES * self.shape.width * self.shape.decoder * rows
        moved = self.bytes_each * self.decoder_numbers + 2 * keys
        counted = 2 * rows * beams * (self.decoder_numbers + keys / rows)
        return max(moved / on.memory, counted / self._rate(on))

    def generate_s(self, on: Device, rows: int, steps: float, beams: int = 1) -> float:
        """Seconds of a batch's decoding, the keys and values included."""
        return rows * self.keys_operations / self._rate(on) + steps * self.step_s(on, rows, beams)

    def _rate(self, on: Device) -> float:
        return on.eight if self.bytes_each == 1 else on.half
