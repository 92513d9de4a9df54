"""Whisper's architecture in plain PyTorch. Names follow Hugging Face's, so that export.py only adds prefixes."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

ENCODER_POSITIONS, DECODER_POSITIONS = 1500, 448


@dataclass(frozen=True)
class Size:
    """The size of the model: tokens, phoneme classes, width, heads, layers."""

    tokens: int
    timestamps: int
    phonemes: int
    width: int = 144
    heads: int = 3
    hidden: int = 576
    encoder_layers: int = 4
    decoder_layers: int = 3


def sinusoids(positions: int, width: int) -> Tensor:
    """Whisper's fixed position table: positions, width."""
    rates = torch.exp(-math.log(10_000) / (width // 2 - 1) * torch.arange(width // 2))
    angles = torch.arange(positions)[:, None] * rates[None]
    return torch.cat([angles.sin(), angles.cos()], dim=1)


class Attention(nn.Module):
    """Multi-head attention that can also return its log weights (B, heads, T, F)."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.heads = size.heads
        self.q_proj, self.v_proj, self.out_proj = (nn.Linear(size.width, size.width) for _ in range(3))
        self.k_proj = nn.Linear(size.width, size.width, bias=False)

    def forward(self, x: Tensor, *, causal: bool = False) -> Tensor:
        """Self-attention."""
        query, key, value = (self._split(project(x)) for project in (self.q_proj, self.k_proj, self.v_proj))
        return self._join(functional.scaled_dot_product_attention(query, key, value, is_causal=causal))

    def look(self, x: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Cross-attention from `x` to `memory`, and its log weights."""
        query, key, value = (
            self._split(self.q_proj(x)),
            self._split(self.k_proj(memory)),
            self._split(self.v_proj(memory)),
        )
        scores = (query @ key.transpose(-1, -2)).float() * query.shape[-1] ** -0.5
        weights = torch.log_softmax(scores, dim=-1)
        return self._join(weights.exp().to(value.dtype) @ value), weights

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def _join(self, x: Tensor) -> Tensor:
        return self.out_proj(x.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    """What encoder and decoder layers share: self-attention and the feed-forward part, each after a norm."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.self_attn, self.self_attn_layer_norm = Attention(size), nn.LayerNorm(size.width)
        self.fc1, self.fc2 = nn.Linear(size.width, size.hidden), nn.Linear(size.hidden, size.width)
        self.final_layer_norm = nn.LayerNorm(size.width)

    def attend(self, x: Tensor, *, causal: bool) -> Tensor:
        """The self-attention part."""
        return x + self.self_attn(self.self_attn_layer_norm(x), causal=causal)

    def feed(self, x: Tensor, dropout: float) -> Tensor:
        """The feed-forward part."""
        hidden = self.fc2(functional.gelu(self.fc1(self.final_layer_norm(x))))
        return x + functional.dropout(hidden, dropout, self.training)


class EncoderLayer(Layer):
    """A layer in which every frame sees every frame."""

    def forward(self, x: Tensor) -> Tensor:
        """The layer's output."""
        return self.feed(self.attend(x, causal=False), dropout=0.0)


class DecoderLayer(Layer):
    """A layer that sees the past only, and the encoder's frames."""

    def __init__(self, size: Size) -> None:
        super().__init__(size)
        self.encoder_attn, self.encoder_attn_layer_norm = Attention(size), nn.LayerNorm(size.width)

    def forward(self, x: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """The layer's output and its log attention over the frames."""
        x = self.attend(x, causal=True)
        seen, weights = self.encoder_attn.look(self.encoder_attn_layer_norm(x), memory)
        return self.feed(x + seen, dropout=0.05), weights


class Encoder(nn.Module):
    """Mel frames (B, 80, 2F) to F frames of 20 ms."""

    embed_positions: Tensor

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(80, size.width, 3, padding=1)
        self.conv2 = nn.Conv1d(size.width, size.width, 3, stride=2, padding=1)
        self.register_buffer("embed_positions", sinusoids(ENCODER_POSITIONS, size.width) * 0.7)
        self.layers = nn.ModuleList(EncoderLayer(size) for _ in range(size.encoder_layers))
        self.layer_norm = nn.LayerNorm(size.width)

    def forward(self, mel: Tensor, offsets: Tensor) -> Tensor:
        """Frames B, F, width; a window's first frame has the position `offsets`."""
        x = functional.gelu(self.conv2(functional.gelu(self.conv1(mel)))).transpose(1, 2)
        positions = offsets[:, None] + torch.arange(x.shape[1], device=x.device)
        x = x + self.embed_positions[positions]
        for layer in self.layers:
            x = layer(x)
        return self.layer_norm(x)


class Decoder(nn.Module):
    """Tokens (B, T) and frames to logits (B, T, tokens)."""

    time_waves: Tensor

    def __init__(self, size: Size) -> None:
        super().__init__()
        width = size.width
        self.words = nn.Parameter(torch.randn(size.tokens - size.timestamps, width) * width**-0.5 * 0.6)
        # Neighbouring times share what they learn: their rows are a projection of sinusoids and a free rest.
        self.register_buffer("time_waves", sinusoids(size.timestamps, width))
        self.time_projection = nn.Parameter(torch.eye(width) * 0.12)
        self.time_rest = nn.Parameter(torch.zeros(size.timestamps, width))
        self.time_bias = nn.Parameter(torch.zeros(1, width))
        self.embed_positions = nn.Parameter(sinusoids(DECODER_POSITIONS, width) * 0.1)
        self.layers = nn.ModuleList(DecoderLayer(size) for _ in range(size.decoder_layers))
        self.layer_norm = nn.LayerNorm(width)

    def table(self) -> Tensor:
        """The embeddings of all tokens, which are also the output layer."""
        times = self.time_waves @ self.time_projection + self.time_rest + self.time_bias
        return torch.cat([self.words, times])

    def forward(self, inputs: Tensor, memory: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Logits and each layer's log attention."""
        table = self.table()
        x = table[inputs] + self.embed_positions[: inputs.shape[1]]
        attention: list[Tensor] = []
        for layer in self.layers:
            x, weights = layer(x, memory)
            attention.append(weights)
        return self.layer_norm(x) @ table.T, attention


class PocketWhisper(nn.Module):
    """Encoder, decoder, and a phoneme classifier on the encoder's frames that only training uses."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        self.encoder, self.decoder = Encoder(size), Decoder(size)
        self.phonemes = nn.Linear(size.width, size.phonemes)
        for name, module in self.named_modules():
            if isinstance(module, nn.Linear):
                _initialise(module, scale=0.4 if name.endswith(("out_proj", "fc2")) else 0.8)


def _initialise(linear: nn.Linear, scale: float) -> None:
    nn.init.normal_(linear.weight, std=linear.in_features**-0.5 * scale)
    if linear.bias is not None:
        nn.init.zeros_(linear.bias)
