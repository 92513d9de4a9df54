"""Reads CTranslate2's weights of Whisper (of a size up to medium)."""

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float32]
Tensors = dict[str, Weights]

TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
PARTS = {
    "self_attention/layer_norm": "attn_ln",
    "self_attention/linear_1": "attn.out",
    "attention/layer_norm": "cross_attn_ln",
    "attention/linear_0": "cross_attn.query",
    "attention/linear_2": "cross_attn.out",
    "ffn/layer_norm": "mlp_ln",
    "ffn/linear_0": "mlp.0",
    "ffn/linear_1": "mlp.2",
}
WHOLES = {
    "encoder/position_encodings/encodings": "encoder.positional_embedding",
    "decoder/position_encodings/encodings": "decoder.positional_embedding",
    "decoder/embeddings/weight": "decoder.token_embedding.weight",
    "encoder/layer_norm": "encoder.ln_post",
    "decoder/layer_norm": "decoder.ln",
    "encoder/conv1": "encoder.conv1",
    "encoder/conv2": "encoder.conv2",
}
KINDS = {"gamma": "weight", "beta": "bias", "weight": "weight", "bias": "bias"}
FUSED = {  # three or two matrices that CTranslate2 keeps as one
    "self_attention/linear_0": ("attn.query", "attn.key", "attn.value"),
    "attention/linear_1": ("cross_attn.key", "cross_attn.value"),
}


def read_weights(model: Path) -> Tensors:
    """All tensors of a folder (float16 or float32), by the names that OpenAI's checkpoints give them.

    The file has version, kind and revision, then name, dimensions, type and data of each variable.
    """
    with (model / "model.bin").open("rb") as file:
        file.read(4)
        _text(file)
        _, count = struct.unpack("<II", file.read(8))
        return dict(_renamed(dict(_variable(file) for _ in range(count))))


def layers(tensors: Tensors, part: str) -> int:
    """How many layers the "encoder" or the "decoder" has."""
    return sum(bool(re.fullmatch(rf"{part}\.blocks\.\d+\.mlp_ln\.bias", name)) for name in tensors)


def _variable(file: BinaryIO) -> tuple[str, Weights]:
    name = _text(file)
    dimensions = struct.unpack(f"<{(rank := file.read(1)[0])}I", file.read(4 * rank))
    kind, size = struct.unpack("<BI", file.read(5))
    values = np.frombuffer(file.read(size), TYPES[kind]).reshape(dimensions)
    return name, values.astype(np.float32)


def _text(file: BinaryIO) -> str:
    (length,) = struct.unpack("<H", file.read(2))
    return file.read(length).rstrip(b"\0").decode()


def _renamed(variables: Tensors) -> Iterator[tuple[str, Weights]]:
    for name, values in variables.items():
        place, _, kind = name.rpartition("/")
        layer = re.fullmatch(r"(encoder|decoder)/layer_(\d+)/(.+)", place)
        if name in WHOLES:
            yield WHOLES[name], values
        elif place in WHOLES and kind in KINDS:
            yield f"{WHOLES[place]}.{KINDS[kind]}", values
        elif layer and kind in KINDS:
            yield from _of_layer(f"{layer[1]}.blocks.{layer[2]}", layer[3], KINDS[kind], values)


def _of_layer(block: str, part: str, kind: str, values: Weights) -> Iterator[tuple[str, Weights]]:
    if part in PARTS:
        yield f"{block}.{PARTS[part]}.{kind}", values
        return
    names = FUSED[part]
    for name, piece in zip(names, np.split(values, len(names)), strict=True):
        if not (name.endswith("key") and kind == "bias"):  # Whisper's keys have none
            yield f"{block}.{name}.{kind}", piece
