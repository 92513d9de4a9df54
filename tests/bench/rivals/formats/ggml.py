"""Writes weights in whisper.cpp's format.

The layout is that of whisper.cpp's own converter (models/convert-pt-to-ggml.py of
https://github.com/ggml-org/whisper.cpp) and of its `quantize`: a head of numbers, the mel filters, the tokens, then
named tensors. Matrices are blocks of 32 eight-bit numbers with a scale of their own (q8_0); vectors, positions and
convolutions stay as they are.
"""

import json
import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor

from tests.bench.rivals.formats.weights import Tensors, Weights, layers, read_weights

MAGIC = 0x67676D6C
F32, F16, Q8_0 = 0, 1, 8
FILE_TYPE = 2007  # q8_0 in version 2 of the quantized layouts
BLOCK = 32
TEXT_TOKENS = 50_257


def write_ggml(model: Path, path: Path) -> Path:
    """`path`, with the weights in the folder `model` (of a size up to medium, float16 or float32)."""
    tensors = read_weights(model)
    with path.open("wb") as file:
        file.write(struct.pack("<12i", MAGIC, *_shape(tensors, model), FILE_TYPE))
        filters = FeatureExtractor().mel_filters.astype(np.float32)
        file.write(struct.pack("<2i", *filters.shape) + filters.tobytes())
        _write_tokens(file, model)
        for name, tensor in tensors.items():
            _write_tensor(file, name, tensor)
    return path


def _shape(tensors: Tensors, model: Path) -> tuple[int, ...]:
    """Tokens, then positions, width, heads and layers of the encoder and of the decoder, then mel bands."""
    tokens, width = tensors["decoder.token_embedding.weight"].shape
    deep = [layers(tensors, part) for part in ("encoder", "decoder")]
    positions = [len(tensors[f"{part}.positional_embedding"]) for part in ("encoder", "decoder")]
    heads, bands = width // 64, tensors["encoder.conv1.weight"].shape[1]
    return tokens, positions[0], width, heads, deep[0], positions[1], width, heads, deep[1], bands


def _write_tokens(file: BinaryIO, model: Path) -> None:
    """The text tokens as bytes; whisper.cpp knows the others by their numbers."""
    vocabulary: dict[str, int] = json.loads((model / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    letters = _letters()
    tokens = sorted((number, text) for text, number in vocabulary.items() if number < TEXT_TOKENS)
    file.write(struct.pack("<i", len(tokens)))
    for _, text in tokens:
        spelt = bytes(letters[letter] for letter in text) if not text.startswith("<|") else text.encode()
        file.write(struct.pack("<i", len(spelt)) + spelt)


def _letters() -> dict[str, int]:
    """The byte that each letter of a byte-level vocabulary stands for: printable ones for themselves."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + n): byte for n, byte in enumerate(others)}


def _write_tensor(file: BinaryIO, name: str, values: Weights) -> None:
    if name in ("encoder.conv1.bias", "encoder.conv2.bias"):
        values = values[:, None]
    kind, data = _packed(name, values)
    spelt = name.encode()
    file.write(struct.pack("<3i", values.ndim, len(spelt), kind))
    file.write(struct.pack(f"<{values.ndim}i", *reversed(values.shape)) + spelt + data)


def _packed(name: str, values: Weights) -> tuple[int, bytes]:
    if values.ndim < 2 or "positional" in name or name.endswith("bias"):
        return F32, values.tobytes()
    if "conv" in name:
        return F16, values.astype(np.float16).tobytes()
    blocks = values.reshape(-1, BLOCK)
    scales = np.abs(blocks).max(axis=1, keepdims=True) / 127
    numbers = np.round(blocks / np.where(scales == 0, 1, scales)).astype(np.int8)
    packed = np.empty(len(blocks), [("scale", np.float16), ("numbers", np.int8, BLOCK)])
    packed["scale"], packed["numbers"] = scales[:, 0], numbers
    return Q8_0, packed.tobytes()
