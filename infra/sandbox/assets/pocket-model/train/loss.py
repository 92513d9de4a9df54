"""The loss: cross entropy of the text, helped by espeak-ng's exact phoneme and word times."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from .data.batches import Batch
from .data.schedule import Weights
from .data.targets import IGNORED
from .data.tokens import TIMESTAMPS, Tokens
from .model import PocketWhisper


@dataclass(frozen=True)
class Marks:
    """How a step went: text loss in nats a token, accuracies of text, times (within 0.1 s) and phoneme frames."""

    nll: float
    text: float
    times: float
    phonemes: float


def losses(model: PocketWhisper, mel: Tensor, batch: Batch, tokens: Tokens, weights: Weights) -> tuple[Tensor, Marks]:
    """The loss to descend and the marks to print."""
    with torch.autocast(mel.device.type, dtype=torch.bfloat16):
        memory = model.encoder(mel, batch.offsets)
        logits, attention = model.decoder(batch.inputs, memory)
        phonemes = model.phonemes(memory).float()
    labelled = batch.labels != IGNORED
    labels, chosen = batch.labels[labelled], logits[labelled].float()
    timed = labels >= tokens.first_timestamp
    logs = functional.log_softmax(chosen, dim=-1)
    text = -_pick(logs, labels)[~timed]
    loss = (text.sum() + _time_loss(logs[timed], labels[timed], tokens).sum()) / len(labels)
    loss = loss + weights.phonemes * functional.cross_entropy(phonemes.flatten(0, 1), batch.phonemes.flatten())
    loss = loss + weights.attention * _attention_loss(attention, batch)
    return loss, _marks(chosen.detach(), labels, phonemes.detach(), batch, tokens)


def _pick(logs: Tensor, labels: Tensor) -> Tensor:
    return logs.gather(1, labels[:, None])[:, 0]


def _time_loss(logs: Tensor, labels: Tensor, tokens: Tokens) -> Tensor:
    """A time's neighbours are nearly right: 0.8 of the target on it and 0.1 on each side."""
    first, last = tokens.first_timestamp, tokens.first_timestamp + TIMESTAMPS - 1
    near = [_pick(logs, (labels + step).clamp(first, last)) for step in (-1, 0, 1)]
    return -(0.1 * near[0] + 0.8 * near[1] + 0.1 * near[2])


def _attention_loss(attention: list[Tensor], batch: Batch) -> Tensor:
    """Head 0 of the first layer should look at where the input token is spoken, those of the others at the next."""
    parts: list[Tensor] = []
    for layer, weights in enumerate(attention):
        where = batch.heard if layer == 0 else batch.next
        mass = (weights[:, 0].exp() * where).sum(-1)[where.any(-1)]
        parts.append(-torch.log(mass + 1e-4).sum() / max(1, mass.numel()))
    return torch.stack(parts).mean()


@torch.no_grad()
def _marks(logits: Tensor, labels: Tensor, phonemes: Tensor, batch: Batch, tokens: Tokens) -> Marks:
    words, timed = labels < tokens.end, labels >= tokens.first_timestamp
    best, audible = logits.argmax(-1), batch.phonemes > 0
    nll = functional.cross_entropy(logits[words], labels[words], reduction="sum") / max(1, int(words.sum()))
    return Marks(
        nll=float(nll),
        text=_share((best == labels)[words]),
        times=_share(((best - labels).abs() <= 5)[timed]),
        phonemes=_share((phonemes.argmax(-1) == batch.phonemes)[audible]),
    )


def _share(hits: Tensor) -> float:
    return float(hits.float().sum()) / max(1, hits.numel())
