"""Whisper's two halves as OpenVINO graphs, as its exporter draws them.

Inputs, outputs and variables are those that OpenVINO GenAI's WhisperPipeline asks for
(src/cpp/src/whisper/models/statefull_decoder.cpp of https://github.com/openvinotoolkit/openvino.genai): the decoder
keeps the keys and values of its own tokens, and computes those of the sound once a window. Matrices are eight-bit
numbers with a scale for each row, as `optimum-cli --weight-format int8` makes them.
"""

from importlib import import_module
from typing import Any

import numpy as np

from tests.bench.rivals.formats.weights import Tensors, Weights, layers

ov: Any = import_module("openvino")  # installed for the process that writes the graphs alone
op: Any = import_module("openvino.opset13")
Node = Any

HEAD = 64  # the width of one head, in every size
EPSILON = 1e-5
UNSEEN = np.float32(-65504)


def encoder(tensors: Tensors) -> Any:
    """Features (windows, bands, frames) to states (windows, frames / 2, width)."""
    half = _Half(tensors)
    bands = tensors["encoder.conv1.weight"].shape[1]
    features = _named(op.parameter([-1, bands, -1], np.float32), "input_features")
    x = half.convolution(features, "encoder.conv1", stride=1)
    x = half.convolution(x, "encoder.conv2", stride=2)
    x = op.add(op.transpose(x, _numbers(0, 2, 1)), half.table("encoder.positional_embedding"))
    for number in range(layers(tensors, "encoder")):
        block = f"encoder.blocks.{number}"
        y = half.norm(x, f"{block}.attn_ln")
        query, key, value = (half.heads(y, f"{block}.attn.{part}") for part in ("query", "key", "value"))
        x = op.add(x, half.attended(query, key, value, f"{block}.attn.out"))
        x = op.add(x, half.feed_forward(x, block))
    states = _named(half.norm(x, "encoder.ln_post"), "last_hidden_state")
    return ov.Model([op.result(states)], [features], "encoder")


def decoder(tensors: Tensors) -> Any:
    """Tokens (beams, tokens), states, and which beam each goes on from, to scores (beams, tokens, vocabulary)."""
    half = _Decoder(tensors)
    x, table = half.embedded()
    for number in range(layers(tensors, "decoder")):
        block = f"decoder.blocks.{number}"
        x = op.add(x, half.attends_itself(half.norm(x, f"{block}.attn_ln"), f"{block}.attn"))
        x = op.add(x, half.attends_sound(half.norm(x, f"{block}.cross_attn_ln"), f"{block}.cross_attn"))
        x = op.add(x, half.feed_forward(x, block))
    scores = _named(op.matmul(half.norm(x, "decoder.ln"), table, False, True), "logits")
    return ov.Model([op.result(scores)], half.kept, half.inputs, "decoder")


class _Half:
    """What both halves are made of."""

    def __init__(self, tensors: Tensors) -> None:
        self.tensors = tensors

    def table(self, name: str) -> Node:
        return op.constant(self.tensors[name])

    def matrix(self, name: str) -> Node:
        numbers, scales = _eight_bits(self.tensors[name])
        return op.multiply(op.convert(op.constant(numbers), "f32"), op.constant(scales))

    def linear(self, x: Node, name: str) -> Node:
        y = op.matmul(x, self.matrix(f"{name}.weight"), False, True)
        return op.add(y, self.table(f"{name}.bias")) if f"{name}.bias" in self.tensors else y

    def norm(self, x: Node, name: str) -> Node:
        y = op.mvn(x, _numbers(-1), True, EPSILON, "inside_sqrt")
        return op.add(op.multiply(y, self.table(f"{name}.weight")), self.table(f"{name}.bias"))

    def convolution(self, x: Node, name: str, stride: int) -> Node:
        y = op.convolution(x, self.table(f"{name}.weight"), [stride], [1], [1], [1])
        return op.gelu(op.add(y, op.constant(self.tensors[f"{name}.bias"][:, None])), "erf")

    def feed_forward(self, x: Node, block: str) -> Node:
        y = self.linear(self.norm(x, f"{block}.mlp_ln"), f"{block}.mlp.0")
        return self.linear(op.gelu(y, "erf"), f"{block}.mlp.2")

    def heads(self, x: Node, name: str) -> Node:
        split = op.reshape(self.linear(x, name), _numbers(0, 0, -1, HEAD), True)
        return op.transpose(split, _numbers(0, 2, 1, 3))

    def attended(self, query: Node, key: Node, value: Node, out: str, *mask: Node) -> Node:
        y = op.transpose(op.scaled_dot_product_attention(query, key, value, *mask), _numbers(0, 2, 1, 3))
        return self.linear(op.reshape(y, _numbers(0, 0, -1), True), out)


class _Decoder(_Half):
    """The decoder's inputs, and what it keeps from one step to the next."""

    def __init__(self, tensors: Tensors) -> None:
        super().__init__(tensors)
        width = len(tensors["decoder.ln.bias"])
        self.tokens = _named(op.parameter([-1, -1], np.int64), "input_ids")
        self.states = _named(op.parameter([-1, -1, width], np.float32), "encoder_hidden_states")
        self.beams = _named(op.parameter([-1], np.int32), "beam_idx")
        self.inputs = [self.tokens, self.states, self.beams]
        self.kept: list[Node] = []
        self.mask: Node = None
        self.past_shape = ov.PartialShape([-1, width // HEAD, -1, HEAD])
        beams = _length(self.tokens, 0)
        nothing = op.concat([beams, _numbers(width // HEAD), _numbers(0), _numbers(HEAD)], 0)
        self.nothing = op.broadcast(op.constant(np.float32(0)), nothing)
        self.first = self._past("decoder.blocks.0.attn.key")

    def embedded(self) -> tuple[Node, Node]:
        """The tokens with their places, and the table that they come from; sets the mask."""
        seen = _length(self.first, 2)
        end, step = op.squeeze(op.add(seen, _length(self.tokens, 1)), _numbers(0)), op.constant(np.int64(1))
        places = op.range(op.squeeze(seen, _numbers(0)), end, step, "i64")
        every = op.range(op.constant(np.int64(0)), end, step, "i64")
        sees = op.greater_equal(op.unsqueeze(places, _numbers(1)), op.unsqueeze(every, _numbers(0)))
        mask = op.select(sees, op.constant(np.float32(0)), op.constant(UNSEEN))
        self.mask = op.unsqueeze(mask, _numbers(0, 1))
        table = self.matrix("decoder.token_embedding.weight")
        positions = op.gather(self.table("decoder.positional_embedding"), places, _numbers(0))
        return op.add(op.gather(table, self.tokens, _numbers(0)), positions), table

    def attends_itself(self, x: Node, name: str) -> Node:
        query, key, value = (self.heads(x, f"{name}.{part}") for part in ("query", "key", "value"))
        before = self.first if ".0." in name else self._past(f"{name}.key")
        key = self._keep(op.concat([before, key], 2), f"{name}.key")
        value = self._keep(op.concat([self._past(f"{name}.value"), value], 2), f"{name}.value")
        return self.attended(query, key, value, f"{name}.out", self.mask)

    def attends_sound(self, x: Node, name: str) -> Node:
        key, value = (self._once(f"{name}.{part}") for part in ("key", "value"))
        return self.attended(self.heads(x, f"{name}.query"), key, value, f"{name}.out")

    def _past(self, name: str) -> Node:
        kept = op.read_value(self.nothing, name, ov.Type.f32, self.past_shape)
        return op.gather(kept, self.beams, _numbers(0))

    def _once(self, name: str) -> Node:
        return self._keep(op.read_value(self.heads(self.states, name), name), name)

    def _keep(self, node: Node, name: str) -> Node:
        self.kept.append(op.assign(node, name))
        return node


def _eight_bits(weights: Weights) -> tuple[Any, Weights]:
    scales = np.abs(weights).max(axis=1, keepdims=True) / 127
    return np.round(weights / np.where(scales == 0, 1, scales)).astype(np.int8), scales


def _numbers(*values: int) -> Node:
    return op.constant(np.array(values, np.int64))


def _length(node: Node, axis: int) -> Node:
    return op.gather(op.shape_of(node, "i64"), _numbers(axis), _numbers(0))


def _named(node: Node, name: str) -> Node:
    node.output(0).tensor.set_names({name})
    return node
