"""Whisper models with random weights, of any real size, built on the spot in the form that faster-whisper loads.

They cost what real ones cost and hear nothing, but what they say depends on the audio and ends by itself: the audio is
louder than the positions, positions differ enough that no phrase repeats, and the end-of-text token grows likelier
with each step. Shapes are OpenAI's: https://github.com/openai/whisper/blob/main/model-card.md
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from ctranslate2 import specs as untyped_specs
from faster_whisper.tokenizer import _LANGUAGE_CODES as LANGUAGES  # pyright: ignore[reportPrivateUsage] - their order
from numpy.typing import NDArray
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from infra.sandbox.paths import ASSETS

POCKET = ASSETS / "pocket-model/model"
POCKET_WINDOW_S = 10.0  # what the pocket model hears best

END = 50257
TASKS = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")
POSITIONS, FRAMES, TIMES = 448, 1500, 1501
LETTERS = "etaoinshrdlucmfwypvbgkjqxz"
SPREAD = 9.0  # standard deviation of the logits: a likely token is sure, an unlikely one is not
ENDS_AFTER = 40  # tokens, about

Weights = NDArray[np.float32]
specs = cast("Any", untyped_specs)


@dataclass(frozen=True)
class Shape:
    """Width, layers of encoder and decoder, attention heads, mel bands, tokens."""

    width: int
    encoder: int
    decoder: int
    heads: int
    mels: int = 80
    tokens: int = 51865


SHAPES = {
    "nano": Shape(64, 2, 2, 2),
    "tiny": Shape(384, 4, 4, 6),
    "base": Shape(512, 6, 6, 8),
    "base, 1 layer": Shape(512, 1, 1, 8),
    "base, 7 layers": Shape(512, 7, 1, 8),
    "large-v3": Shape(1280, 32, 32, 20, 128, 51866),
    "turbo": Shape(1280, 32, 4, 20, 128, 51866),
}


def build(name: str, folder: Path, quantization: str = "int8", *, ends: bool = True) -> Path:
    """The model `name` of SHAPES in `folder`, kept there for the next time; large ones take minutes and 10 GB.

    With `ends` off every window goes on to its cap, so that all rows of a batch cost the same.
    """
    target = folder / f"{name}-{quantization}{'' if ends else '-endless'}"
    if (target / "preprocessor_config.json").exists():
        return target
    target.mkdir(parents=True, exist_ok=True)
    shape = SHAPES[name]
    spec = _Maker(shape, ends=ends).spec()
    tokenizer = _tokenizer(shape)
    spec.register_vocabulary([tokenizer.id_to_token(number) for number in range(shape.tokens)])
    for key, value in _config(shape).items():
        setattr(spec.config, key, value)
    spec.validate()
    spec.optimize(quantization)
    spec.save(str(target))
    tokenizer.save(str(target / "tokenizer.json"))
    features = {"feature_size": shape.mels, "sampling_rate": 16000, "hop_length": 160, "chunk_length": 30, "n_fft": 400}
    (target / "preprocessor_config.json").write_text(json.dumps(features), "utf-8")
    return target


class _Maker:
    """Fills a specification with random weights, always the same ones."""

    def __init__(self, shape: Shape, *, ends: bool) -> None:
        self._shape = shape
        self._ends = ends
        self._random = np.random.default_rng(0)

    def spec(self) -> Any:
        s = self._shape
        spec = specs.WhisperSpec(s.encoder, s.heads, s.decoder, s.heads)
        self._encoder(spec.encoder)
        self._decoder(spec.decoder)
        return spec

    def _encoder(self, encoder: Any) -> None:
        width = self._shape.width
        for conv, inputs, gain in ((encoder.conv1, self._shape.mels, 2.0), (encoder.conv2, width, 2.0)):
            conv.weight = self._normal((width, inputs, 3), gain * (3 * inputs) ** -0.5)
            conv.bias = np.zeros(width, np.float32)
        encoder.position_encodings.encodings = self._normal((FRAMES, width), 0.1)
        self._norm(encoder.layer_norm)
        for layer in encoder.layer:
            self._attention(layer.self_attention, 2.0)
            self._feed_forward(layer.ffn)

    def _decoder(self, decoder: Any) -> None:
        width, tokens = self._shape.width, self._shape.tokens
        table = self._normal((tokens, width), width**-0.5)
        positions = self._normal((POSITIONS, width), 1.0)
        ending = self._normal((width,), width**-0.5)
        # The end's logit climbs past the best of the others' (about 4.3 deviations) after ENDS_AFTER steps.
        climb = np.arange(POSITIONS, dtype=np.float32) / ENDS_AFTER * 12 if self._ends else -np.ones(POSITIONS) * 12
        positions += np.outer(climb, ending).astype(np.float32)
        table[END] = ending
        decoder.embeddings.weight = table
        decoder.position_encodings.encodings = positions
        decoder.projection.weight = table
        self._norm(decoder.layer_norm, SPREAD)
        for layer in decoder.layer:
            self._attention(layer.self_attention, 0.5)
            self._attention(layer.attention, 3.0)
            self._feed_forward(layer.ffn)

    def _attention(self, attention: Any, sharpness: float) -> None:
        """Fused projections: queries with keys and values, or apart from them where they look at the encoder."""
        width = self._shape.width
        self._norm(attention.layer_norm)
        for number, linear in enumerate(attention.linear):
            last = number == len(attention.linear) - 1
            fused = 1 if last else (3 if len(attention.linear) == 2 else number + 1)
            self._linear(linear, fused * width, width, 1.0 if last else sharpness)

    def _feed_forward(self, ffn: Any) -> None:
        width = self._shape.width
        self._norm(ffn.layer_norm)
        self._linear(ffn.linear_0, 4 * width, width, 1.0)
        self._linear(ffn.linear_1, width, 4 * width, 0.5)

    def _linear(self, linear: Any, outputs: int, inputs: int, gain: float) -> None:
        linear.weight = self._normal((outputs, inputs), gain * inputs**-0.5)
        linear.bias = np.zeros(outputs, np.float32)

    def _norm(self, norm: Any, gain: float = 1.0) -> None:
        norm.gamma = np.full(self._shape.width, gain, np.float32)
        norm.beta = np.zeros(self._shape.width, np.float32)

    def _normal(self, size: tuple[int, ...], deviation: float) -> Weights:
        return self._random.standard_normal(size, np.float32) * np.float32(deviation)


def _config(shape: Shape) -> dict[str, Any]:
    first = END + 2
    languages = shape.tokens - first - len(TASKS) - TIMES
    return {
        "suppress_ids": [],
        "suppress_ids_begin": [220, END],
        "lang_ids": list(range(first, first + languages)),
        "alignment_heads": [[shape.decoder - 1, head] for head in range(min(6, shape.heads))],
    }


def _tokenizer(shape: Shape) -> Tokenizer:
    """OpenAI's ids: 50257 pieces of text, then the special tokens, then 1501 times."""
    languages = shape.tokens - END - 2 - len(TASKS) - TIMES
    tokenizer: Any = Tokenizer(models.BPE(vocab=_text_tokens(), merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    control = ["endoftext", "startoftranscript", *LANGUAGES[:languages], *TASKS]
    tokenizer.add_special_tokens([AddedToken(f"<|{name}|>", special=True, normalized=False) for name in control])
    tokenizer.add_tokens([AddedToken(f"<|{step * 0.02:.2f}|>", normalized=False) for step in range(TIMES)])
    if tokenizer.get_vocab_size() != shape.tokens:
        raise ValueError(f"{tokenizer.get_vocab_size()} tokens, not {shape.tokens}")
    return tokenizer


def _text_tokens() -> dict[str, int]:
    """Bytes, then short words (one in three begins one), and at last the empty token of a multilingual model."""
    pieces = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces.remove("Ġ")
    pieces.insert(220, "Ġ")
    made = (f"{space}{a}{b}{c}" for a in LETTERS for b in LETTERS for c in LETTERS for space in ("Ġ", "", "Ġq", "x"))
    seen = dict.fromkeys(pieces)
    for piece in made:
        if len(seen) == END - 1:
            break
        seen.setdefault(piece)
    return {**{piece: number for number, piece in enumerate(seen)}, "": END - 1}
